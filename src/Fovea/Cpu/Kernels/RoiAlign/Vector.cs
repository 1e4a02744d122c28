using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.RoiAlign;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Reads regions of channels-last float32 images: the samples of a bin come down to one weight a pixel; vectors run over channels.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.RoiAlign> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"RoiAlign.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.RoiAlign op, KernelCase @case) => VectorKernels.Recipe("RoiAlign.vector");

    protected override bool Supports(Ops.RoiAlign op, KernelCase @case) => T.IsSupported
        && @case.Inputs[0].Element == ElementType.Float32 && op.Geometry.Reduction == RoiReduction.Mean;

    protected override LayoutRule Layouts(Ops.RoiAlign op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.RowMajor, Placement.RowMajor], [Placement.ChannelsLast]);

    // A box is a piece.
    protected override KernelWork Prepare(Ops.RoiAlign op, KernelCase @case)
    {
        var sizes = @case.Inputs[0].Sizes;
        return new([Math.Max(1, @case.Outputs[0].Sizes[0])],
            WalkerScratch: RoiTaps.Bytes(op.Geometry, sizes) + (long)sizes[2] * sizes[3] * (sizeof(nint) + sizeof(float)));
    }

    protected override void Run(Ops.RoiAlign op, in KernelCall call)
    {
        var (image, output) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        if (output.Count == 0) return;
        int box = call.Piece, height = image.Sizes[2], width = image.Sizes[3];
        nint channels = image.Sizes[1];
        var taps = new RoiTaps(op.Geometry, call, box, image.Sizes, call.WalkerScratch);
        float** pixels = (float**)(call.WalkerScratch + (nint)RoiTaps.Bytes(op.Geometry, image.Sizes));
        float* weights = (float*)(pixels + (nint)height * width);
        float* x = (float*)call.Input(0) + RoiBoxes.Image(call, 2, box, image.Sizes[0]) * (nint)height * width * channels;
        float* y = (float*)call.Output(0) + (nint)box * output.Sizes[2] * output.Sizes[3] * channels;
        for (int i = 0; i < output.Sizes[2]; i++)
        {
            for (int j = 0; j < output.Sizes[3]; j++, y += channels)
            {
                int count = 0;
                foreach (var row in taps.Row(i))
                    foreach (var column in taps.Column(j))
                    {
                        pixels[count] = x + ((nint)row.Pixel * width + column.Pixel) * channels;
                        weights[count++] = row.Weight * column.Weight;
                    }
                ResizeLoops.Mix<T>(pixels, weights, count, channels, copies: false, y);
            }
        }
    }
}
