using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.AveragePoolGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of average pooling of channels-last float32 images, gathered, cut into rows of inputs.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.AveragePoolGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"AveragePoolGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.AveragePoolGradient op, KernelCase @case) => VectorKernels.Recipe("AveragePoolGradient.vector");

    protected override bool Supports(Ops.AveragePoolGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.AveragePoolGradient op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.AveragePoolGradient op, KernelCase @case)
    {
        var window = PoolWindows.Of(op.Geometry, @case.Outputs[0], @case.Inputs[0]);
        nint rows = PoolWindows.RowsOfPiece((long)window.Width.Input * window.Channels * 4);
        return new([VectorKernels.Pieces(window.InputRows, rows)], Prepared: new PoolRows(window, rows));
    }

    protected override void Run(Ops.AveragePoolGradient op, in KernelCall call)
    {
        var plan = (PoolRows)call.Prepared!;
        var (first, count) = plan.Piece(call.Piece, plan.Window.InputRows);
        AveragePoolLoops.Gradient<T>((float*)call.Input(0), plan.Window, op.CountPadding, first, count, (float*)call.Output(0));
    }
}
