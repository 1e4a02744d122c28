using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.If;

/// <summary>The phases of both branches, of which those of one do nothing: workers share the other's.</summary>
sealed class Shared : Kernel<Ops.If>
{
    public override string Name => "If.shared";

    protected override string Recipe(Ops.If op, KernelCase @case) => "If";

    protected override bool Supports(Ops.If op, KernelCase @case) => BodyPlan.IsCut(op.Then, 1) || BodyPlan.IsCut(op.Else, 1);

    protected override KernelWork Prepare(Ops.If op, KernelCase @case)
    {
        var plans = new BranchPlans(op, @case);
        return new([.. plans.Then.PhasesOfTurns(1), .. plans.Else.PhasesOfTurns(1)], plans.ScratchBytes, plans.WalkerBytes, plans)
        {
            Nanoseconds = Math.Max(plans.Then.Work, plans.Else.Work),
        };
    }

    protected override void Run(Ops.If op, in KernelCall call)
    {
        var plans = (BranchPlans)call.Prepared!;
        bool first = call.Phase < plans.Then.Phases;
        if (first != BranchPlans.Holds(call)) return;
        var branch = first ? plans.Then : plans.Else;
        branch.Run(new BranchPlans.Places(call), first ? call.Phase : call.Phase - plans.Then.Phases, call.Piece, call.Scratch,
            call.WalkerScratch);
    }
}
