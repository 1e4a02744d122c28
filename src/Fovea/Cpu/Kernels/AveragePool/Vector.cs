using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.AveragePool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Average pooling of channels-last float32 images, cut into rows of outputs.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.AveragePool> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"AveragePool.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.AveragePool op, KernelCase @case) => "AveragePool.vector";

    protected override bool Supports(Ops.AveragePool op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.AveragePool op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.AveragePool op, KernelCase @case)
    {
        var window = PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]);
        nint rows = PoolWindows.RowsOfPiece((long)window.Width.Output * window.Taps * window.Channels);
        return new([VectorKernels.Pieces(window.OutputRows, rows)], WalkerScratch: window.Taps * sizeof(nint),
            Prepared: new PoolRows(window, rows));
    }

    protected override void Run(Ops.AveragePool op, in KernelCall call)
    {
        var plan = (PoolRows)call.Prepared!;
        var (first, count) = plan.Piece(call.Piece, plan.Window.OutputRows);
        AveragePoolLoops.Forward<T>((float*)call.Input(0), plan.Window, op.CountPadding, first, count, (nint*)call.WalkerScratch,
            (float*)call.Output(0));
    }
}
