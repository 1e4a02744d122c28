using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LocalResponseNormalization;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Local response normalisation of channels-last float32 images, cut into pixels.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.LocalResponseNormalization> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LocalResponseNormalization.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LocalResponseNormalization op, KernelCase @case) =>
        VectorKernels.Recipe("LocalResponseNormalization.vector");

    protected override bool Supports(Ops.LocalResponseNormalization op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.LocalResponseNormalization op, KernelCase @case) =>
        LayoutRule.All(Placement.ChannelsLast, @case);

    // The squares of a pixel are taken before it is written.
    protected override bool WritesOver(Ops.LocalResponseNormalization op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(Ops.LocalResponseNormalization op, KernelCase @case) =>
        ResponseRows.Prepare(op, @case.Inputs[0]);

    protected override void Run(Ops.LocalResponseNormalization op, in KernelCall call)
    {
        var work = (ResponseRows)call.Prepared!;
        var (at, rows) = work.Piece(call.Piece);
        LocalResponseLoops.Forward<T>((float*)call.Input(0) + at, rows, work.Channels, work.Window, (float*)call.WalkerScratch,
            (float*)call.Output(0) + at);
    }
}
