using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Scan;

/// <summary>The phases of every turn: workers share each turn.</summary>
sealed class Shared : Kernel<Ops.Scan>
{
    public override string Name => "Scan.shared";

    protected override string Recipe(Ops.Scan op, KernelCase @case) => "Scan";

    protected override bool Supports(Ops.Scan op, KernelCase @case) => op.Turns.IsKnown && BodyPlan.IsCut(op.Body, op.Turns.Value);

    protected override KernelWork Prepare(Ops.Scan op, KernelCase @case)
    {
        var turns = new ScanTurns(op, @case);
        return new([1, .. turns.Body.PhasesOfTurns(turns.Turns)], turns.ScratchBytes, turns.Body.WalkerBytes, turns)
        {
            Nanoseconds = turns.Body.Work * turns.Turns,
        };
    }

    protected override void Run(Ops.Scan op, in KernelCall call)
    {
        var turns = (ScanTurns)call.Prepared!;
        if (call.Phase == 0)
        {
            turns.Begin(call);
            return;
        }
        var (turn, phase) = Math.DivRem(call.Phase - 1, turns.Body.Phases);
        turns.Body.Run(turns.At(call, turn), phase, call.Piece, call.Scratch, call.WalkerScratch);
    }
}
