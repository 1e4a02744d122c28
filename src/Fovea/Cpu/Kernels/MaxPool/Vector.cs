using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MaxPool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Max pooling of channels-last float32 images, cut into rows of outputs.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.MaxPool> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"MaxPool.vector.{T.Name}";

    public override string Name => OwnName;

    // Zeros of both signs in one window are told apart by the loop with indices alone.
    protected override string Recipe(Ops.MaxPool op, KernelCase @case) => op.WithIndices ? "MaxPool.vector.indices" : "MaxPool.vector";

    // Positions are int32 lanes.
    protected override bool Supports(Ops.MaxPool op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32
        && new Dims(@case.Inputs[0].Sizes.AsSpan()[2..]).Product() <= int.MaxValue;

    protected override LayoutRule Layouts(Ops.MaxPool op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.MaxPool op, KernelCase @case)
    {
        var window = PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]);
        nint rows = PoolWindows.RowsOfPiece((long)window.Width.Output * window.Taps * window.Channels);
        return new([VectorKernels.Pieces(window.OutputRows, rows)], WalkerScratch: window.Taps * sizeof(nint),
            Prepared: new PoolRows(window, rows));
    }

    protected override void Run(Ops.MaxPool op, in KernelCall call)
    {
        var plan = (PoolRows)call.Prepared!;
        var (first, count) = plan.Piece(call.Piece, plan.Window.OutputRows);
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        nint* offsets = (nint*)call.WalkerScratch;
        if (op.WithIndices) MaxPoolLoops.ForwardWithIndices<T>(x, plan.Window, first, count, offsets, y, (long*)call.Output(1));
        else MaxPoolLoops.Forward<T>(x, plan.Window, first, count, offsets, y);
    }
}
