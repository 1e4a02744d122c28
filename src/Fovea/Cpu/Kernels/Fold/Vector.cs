using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Fold;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Folds float32 columns into row-major images: a channel is cleared, then every tap's row is added, taps ascending.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.Fold> where T : unmanaged, IVec<T>
{
    // Elements of the columns of a piece.
    const int Grain = 16384;

    static readonly string OwnName = $"Fold.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Fold op, KernelCase @case) => "Fold.vector";

    protected override bool Supports(Ops.Fold op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Outputs[0].Count > 0;

    protected override KernelWork Prepare(Ops.Fold op, KernelCase @case)
    {
        var rows = new UnfoldedRows(ConvolutionSizes.Of(op.Geometry, op.Kernel, @case.Outputs[0].Sizes));
        return new([VectorKernels.Pieces(Channels(@case), ChannelsOfPiece(rows))], Prepared: rows);
    }

    protected override void Run(Ops.Fold op, in KernelCall call)
    {
        var rows = (UnfoldedRows)call.Prepared!;
        float* y = (float*)call.Input(0), x = (float*)call.Output(0);
        nint first = call.Piece * ChannelsOfPiece(rows), end = Math.Min(Channels(call.Case), first + ChannelsOfPiece(rows));
        for (nint channel = first; channel < end; channel++)
        {
            float* to = x + channel * rows.Pixels;
            ElementwiseLoops.Fill<T>(0f, rows.Pixels, to);
            for (int tap = 0; tap < rows.Taps; tap++)
                rows.Add<T>(y + (channel * rows.Taps + tap) * rows.Places, tap, 0, rows.Places, to);
        }
    }

    // Channels of all images.
    static nint Channels(KernelCase @case) => (nint)@case.Outputs[0].Sizes[0] * @case.Outputs[0].Sizes[1];

    static nint ChannelsOfPiece(UnfoldedRows rows) => (nint)Math.Max(1, Grain / ((long)rows.Places * rows.Taps));
}
