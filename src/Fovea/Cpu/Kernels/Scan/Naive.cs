using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Scan;

/// <summary>Turn after turn on one thread.</summary>
sealed class Naive : Kernel<Ops.Scan>
{
    public override string Name => "Scan.naive";

    protected override string Recipe(Ops.Scan op, KernelCase @case) => "Scan";

    protected override KernelWork Prepare(Ops.Scan op, KernelCase @case)
    {
        var turns = new ScanTurns(op, @case);
        return new([1], turns.ScratchBytes, turns.Body.WalkerBytes, turns);
    }

    protected override void Run(Ops.Scan op, in KernelCall call)
    {
        var turns = (ScanTurns)call.Prepared!;
        turns.Begin(call);
        for (int turn = 0; turn < turns.Turns; turn++) turns.Body.Run(turns.At(call, turn), call.Scratch, call.WalkerScratch);
    }
}
