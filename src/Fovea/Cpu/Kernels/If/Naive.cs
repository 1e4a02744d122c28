using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.If;

/// <summary>The chosen branch on one thread.</summary>
sealed class Naive : Kernel<Ops.If>
{
    public override string Name => "If.naive";

    protected override string Recipe(Ops.If op, KernelCase @case) => "If";

    protected override KernelWork Prepare(Ops.If op, KernelCase @case)
    {
        var plans = new BranchPlans(op, @case);
        return new([1], plans.ScratchBytes, plans.WalkerBytes, plans);
    }

    protected override void Run(Ops.If op, in KernelCall call)
    {
        var plans = (BranchPlans)call.Prepared!;
        var branch = BranchPlans.Holds(call) ? plans.Then : plans.Else;
        branch.Run(new BranchPlans.Places(call), call.Scratch, call.WalkerScratch);
    }
}
