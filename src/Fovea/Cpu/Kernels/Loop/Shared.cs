using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Loop;

/// <summary>The phases of as many turns as there may be, of which those beyond the last do nothing: workers share each turn.</summary>
sealed class Shared : Kernel<Ops.Loop>
{
    public override string Name => "Loop.shared";

    protected override string Recipe(Ops.Loop op, KernelCase @case) => "Loop";

    protected override bool Supports(Ops.Loop op, KernelCase @case) =>
        !op.IsUnbounded && op.Maximum.IsKnown && BodyPlan.IsCut(op.Body, op.Maximum.Value);

    protected override KernelWork Prepare(Ops.Loop op, KernelCase @case)
    {
        var turns = new LoopTurns(op, @case);
        var phases = new List<int> { 1 };
        for (long turn = 0; turn < turns.Maximum; turn++) phases.AddRange([.. turns.Body.PhasesOfTurns(1), 1]);
        phases.Add(1);
        return new([.. phases], turns.ScratchBytes, turns.Body.WalkerBytes, turns) { Nanoseconds = turns.Body.Work * turns.Maximum };
    }

    protected override void Run(Ops.Loop op, in KernelCall call)
    {
        var turns = (LoopTurns)call.Prepared!;
        int phases = turns.Body.Phases;
        if (call.Phase == 0)
        {
            turns.Begin(call);
            return;
        }
        var (turn, phase) = Math.DivRem(call.Phase - 1, phases + 1);
        if (turn == turns.Maximum) turns.End(call);
        else if (phase == phases) turns.Advance(call);
        else if (LoopTurns.Runs(call))
            turns.Body.Run(turns.At(call, turn), phase, call.Piece, turns.Arena(call), call.WalkerScratch);
    }
}
