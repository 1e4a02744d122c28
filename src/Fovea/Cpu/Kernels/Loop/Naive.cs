using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Loop;

/// <summary>Turn after turn on one thread.</summary>
sealed class Naive : Kernel<Ops.Loop>
{
    public override string Name => "Loop.naive";

    protected override string Recipe(Ops.Loop op, KernelCase @case) => "Loop";

    protected override KernelWork Prepare(Ops.Loop op, KernelCase @case)
    {
        var turns = new LoopTurns(op, @case);
        return new([1], turns.ScratchBytes, turns.Body.WalkerBytes, turns);
    }

    protected override void Run(Ops.Loop op, in KernelCall call)
    {
        var turns = (LoopTurns)call.Prepared!;
        turns.Begin(call);
        for (long turn = 0; LoopTurns.Runs(call); turn++)
        {
            turns.Body.Run(turns.At(call, turn), turns.Arena(call), call.WalkerScratch);
            turns.Advance(call);
        }
        turns.End(call);
    }
}
