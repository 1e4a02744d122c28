using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GridSample;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Samples channels-last float32 images: vectors run over the channels of the pixels that a place sees.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.GridSample> where T : unmanaged, IVec<T>
{
    // Elements of a piece.
    const int Grain = 16384;

    static readonly string OwnName = $"GridSample.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.GridSample op, KernelCase @case) => VectorKernels.Recipe("GridSample.vector");

    protected override bool Supports(Ops.GridSample op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.GridSample op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.RowMajor], [Placement.ChannelsLast]);

    protected override KernelWork Prepare(Ops.GridSample op, KernelCase @case)
    {
        var (image, output) = (@case.Inputs[0], @case.Outputs[0]);
        long places = output.Count / Math.Max(1, output.Sizes[1]);
        // Finding the taps costs about as much as sixteen channels.
        nint grain = (nint)Math.Max(1, Grain / (output.Sizes[1] + 16));
        return new([VectorKernels.Pieces(places, grain)], WalkerScratch: GridTaps.Most * (sizeof(nint) + sizeof(float)),
            Prepared: new Plan(places, grain, places / Math.Max(1, image.Sizes[0]), image.Count / Math.Max(1, image.Sizes[0])));
    }

    /// <summary>The cut.</summary>
    sealed record Plan(long Places, nint Grain, long PlacesOfImage, long ImageLength);

    protected override void Run(Ops.GridSample op, in KernelCall call)
    {
        var plan = (Plan)call.Prepared!;
        var image = call.Case.Inputs[0];
        int rank = image.Rank - 2;
        nint channels = image.Sizes[1];
        float* x = (float*)call.Input(0), grid = (float*)call.Input(1), y = (float*)call.Output(0);
        float** pixels = (float**)call.WalkerScratch;
        float* weights = (float*)(pixels + GridTaps.Most);
        var taps = new GridTaps(op.Sampling, image);
        long first = (long)call.Piece * plan.Grain, end = Math.Min(first + plan.Grain, plan.Places);
        if (BilinearLoops.Take<T>(op.Sampling, rank, channels))
        {
            while (first < end)
            {
                // The places of one image at a time.
                long n = first / plan.PlacesOfImage, count = Math.Min(end, (n + 1) * plan.PlacesOfImage) - first;
                BilinearLoops.Sample<T>(op.Sampling, x + n * plan.ImageLength, grid + first * rank, (nint)count, image.Sizes[2],
                    image.Sizes[3], channels, y + first * channels);
                first += count;
            }
            return;
        }
        for (long q = first; q < end; q++)
        {
            float* own = x + q / plan.PlacesOfImage * plan.ImageLength;
            int count = taps.Find(new ReadOnlySpan<float>(grid + q * rank, rank));
            taps.Write(rank, new Span<nint>(pixels, count), new(weights, count));
            for (int t = 0; t < count; t++) pixels[t] = own + (nint)pixels[t];
            ResizeLoops.Mix<T>(pixels, weights, count, channels, copies: false, y + q * channels);
        }
    }
}
