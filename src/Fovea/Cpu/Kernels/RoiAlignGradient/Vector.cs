using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.RoiAlignGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The gradient of the mean, scattered into channels-last float32 images. Boxes overlap: a piece is an image's channels, or some of them,
/// and goes through all boxes in order.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.RoiAlignGradient> where T : unmanaged, IVec<T>
{
    // Channels of a piece: every piece finds the taps again.
    const int Channels = 64;

    static readonly string OwnName = $"RoiAlignGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.RoiAlignGradient op, KernelCase @case) => VectorKernels.Recipe("RoiAlignGradient.vector");

    protected override bool Supports(Ops.RoiAlignGradient op, KernelCase @case) => T.IsSupported
        && @case.Inputs[0].Element == ElementType.Float32 && op.Geometry.Reduction == RoiReduction.Mean;

    protected override LayoutRule Layouts(Ops.RoiAlignGradient op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.RowMajor, Placement.RowMajor], [Placement.ChannelsLast]);

    protected override KernelWork Prepare(Ops.RoiAlignGradient op, KernelCase @case)
    {
        var image = @case.Outputs[0];
        return new([Math.Max(1, image.Sizes[0] * Cuts(image))], WalkerScratch: RoiTaps.Bytes(op.Geometry, image.Sizes));
    }

    static int Cuts(BoundType image) => Math.Max(1, (image.Sizes[1] + Channels - 1) / Channels);

    protected override void Run(Ops.RoiAlignGradient op, in KernelCall call)
    {
        var (bins, image) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        if (image.Count == 0) return;
        int cuts = Cuts(image), n = call.Piece / cuts, height = image.Sizes[2], width = image.Sizes[3];
        nint channels = image.Sizes[1], first = call.Piece % cuts * Channels, count = Math.Min(Channels, channels - first);
        float* dx = (float*)call.Output(0) + n * (nint)height * width * channels + first;
        for (nint p = 0; p < (nint)height * width; p++) ElementwiseLoops.Fill<T>(0f, count, dx + p * channels);
        for (int box = 0; box < bins.Sizes[0]; box++)
        {
            if (RoiBoxes.Image(call, 2, box, image.Sizes[0]) != n) continue;
            var taps = new RoiTaps(op.Geometry, call, box, image.Sizes, call.WalkerScratch);
            float* dy = (float*)call.Input(0) + (nint)box * bins.Sizes[2] * bins.Sizes[3] * channels + first;
            for (int i = 0; i < bins.Sizes[2]; i++)
                for (int j = 0; j < bins.Sizes[3]; j++, dy += channels)
                    foreach (var row in taps.Row(i))
                        foreach (var column in taps.Column(j))
                            ResizeLoops.AddScaled<T>(dy, row.Weight * column.Weight, count,
                                dx + ((nint)row.Pixel * width + column.Pixel) * channels);
        }
    }
}
