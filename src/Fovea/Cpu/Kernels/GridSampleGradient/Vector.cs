using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GridSampleGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The gradient of sampling, scattered into channels-last float32 images. Two places may see one pixel: a piece is an image's channels, or
/// some of them, and goes through all places in order.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.GridSampleGradient> where T : unmanaged, IVec<T>
{
    // Channels of a piece: every piece finds the taps again.
    const int Channels = 64;

    static readonly string OwnName = $"GridSampleGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.GridSampleGradient op, KernelCase @case) => VectorKernels.Recipe("GridSampleGradient.vector");

    protected override bool Supports(Ops.GridSampleGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.GridSampleGradient op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.RowMajor], [Placement.ChannelsLast]);

    protected override KernelWork Prepare(Ops.GridSampleGradient op, KernelCase @case)
    {
        var image = @case.Outputs[0];
        return new([Math.Max(1, image.Sizes[0] * Cuts(image))]);
    }

    static int Cuts(BoundType image) => Math.Max(1, (image.Sizes[1] + Channels - 1) / Channels);

    protected override void Run(Ops.GridSampleGradient op, in KernelCall call)
    {
        var image = call.Case.Outputs[0];
        if (image.Count == 0) return;
        int rank = image.Rank - 2, cuts = Cuts(image);
        nint channels = image.Sizes[1], first = call.Piece % cuts * Channels, count = Math.Min(Channels, channels - first);
        nint n = call.Piece / cuts, pixels = (nint)(image.Count / image.Sizes[0] / channels);
        nint places = (nint)(call.Case.Inputs[1].Count / rank / image.Sizes[0]);
        float* dy = (float*)call.Input(0) + n * places * channels + first, grid = (float*)call.Input(1) + n * places * rank;
        float* dx = (float*)call.Output(0) + n * pixels * channels + first;
        for (nint p = 0; p < pixels; p++) ElementwiseLoops.Fill<T>(0f, count, dx + p * channels);
        if (BilinearLoops.Take<T>(op.Sampling, rank, channels))
        {
            BilinearLoops.Scatter<T>(op.Sampling, dy, grid, places, image.Sizes[2], image.Sizes[3], channels, dx);
            return;
        }
        var taps = new GridTaps(op.Sampling, image);
        Span<nint> offsets = stackalloc nint[GridTaps.Most];
        Span<float> weights = stackalloc float[GridTaps.Most];
        for (nint q = 0; q < places; q++, dy += channels)
        {
            int found = taps.Find(new ReadOnlySpan<float>(grid + q * rank, rank));
            taps.Write(rank, offsets, weights);
            for (int t = 0; t < found; t++) ResizeLoops.AddScaled<T>(dy, weights[t], count, dx + offsets[t]);
        }
    }
}
