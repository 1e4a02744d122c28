using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.If;

/// <summary>Both branches of an If, of which a run takes one: they share the scratch.</summary>
sealed unsafe class BranchPlans(Ops.If op, KernelCase @case)
{
    public BodyPlan Then { get; } = BodyPlan.Of(op.Then, @case.Numerics);

    public BodyPlan Else { get; } = BodyPlan.Of(op.Else, @case.Numerics);

    public long ScratchBytes => Math.Max(Then.ArenaBytes, Else.ArenaBytes);

    public long WalkerBytes => Math.Max(Then.WalkerBytes, Else.WalkerBytes);

    public static bool Holds(in KernelCall call) => *(byte*)call.Input(0) != 0;

    /// <summary>A branch's inputs follow the condition.</summary>
    public readonly ref struct Places(KernelCall call) : IBodyPlaces
    {
        readonly KernelCall _call = call;

        public nint Input(int index) => _call.Input(1 + index);

        public nint Output(int index) => _call.Output(index);
    }
}
