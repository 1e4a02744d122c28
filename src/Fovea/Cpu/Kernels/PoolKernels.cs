using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A pool of channels-last float32 images, cut into rows of outputs.</summary>
abstract unsafe class PoolKernel<TOp, T> : Kernel<TOp> where TOp : Op where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"{typeof(TOp).Name}.vector.{T.Name}";

    public sealed override string Name => OwnName;

    // Positions are int32 lanes.
    protected override bool Supports(TOp op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32
        && new Dims(@case.Inputs[0].Sizes.AsSpan()[2..]).Product() <= int.MaxValue;

    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var window = Window(op, @case);
        nint rows = PoolWindows.RowsOfPiece((long)window.Width.Output * window.Taps * window.Channels);
        return new([VectorKernels.Pieces(window.OutputRows, rows)], WalkerScratch: (long)window.Taps * sizeof(nint),
            Prepared: new PoolRows(window, rows));
    }

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        var plan = (PoolRows)call.Prepared!;
        var (first, count) = plan.Piece(call.Piece, plan.Window.OutputRows);
        Rows(op, call, plan.Window, first, count, (nint*)call.WalkerScratch);
    }

    /// <summary>The windows.</summary>
    protected abstract PoolWindow Window(TOp op, KernelCase @case);

    /// <summary>Computes rows of outputs.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="call">Inputs and outputs.</param>
    /// <param name="window">The windows.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="offsets">Scratch memory: an integer for each tap.</param>
    protected abstract void Rows(TOp op, in KernelCall call, PoolWindow window, nint first, nint count, nint* offsets);
}

/// <summary>The gradient of a pool of channels-last float32 images, gathered, cut into rows of inputs.</summary>
abstract unsafe class PoolGradientKernel<TOp, T> : Kernel<TOp> where TOp : Op where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"{typeof(TOp).Name}.vector.{T.Name}";

    public sealed override string Name => OwnName;

    protected override string Recipe(TOp op, KernelCase @case) => VectorKernels.Recipe($"{typeof(TOp).Name}.vector");

    protected override bool Supports(TOp op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var window = Window(op, @case);
        nint rows = PoolWindows.RowsOfPiece((long)window.Width.Input * window.Channels * 4);
        return new([VectorKernels.Pieces(window.InputRows, rows)], Prepared: new PoolRows(window, rows));
    }

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        var plan = (PoolRows)call.Prepared!;
        var (first, count) = plan.Piece(call.Piece, plan.Window.InputRows);
        Rows(op, call, plan.Window, first, count);
    }

    /// <summary>The windows of the pool.</summary>
    protected abstract PoolWindow Window(TOp op, KernelCase @case);

    /// <summary>Computes rows of the gradient.</summary>
    protected abstract void Rows(TOp op, in KernelCall call, PoolWindow window, nint first, nint count);
}
