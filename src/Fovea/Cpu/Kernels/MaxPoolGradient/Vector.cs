using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MaxPoolGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The gradient of max pooling of channels-last float32 images by indices; a piece is an image's strip of channels, so places add in
/// order.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.MaxPoolGradient> where T : unmanaged, IVec<T>
{
    const int Strip = 64;

    static readonly string OwnName = $"MaxPoolGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.MaxPoolGradient op, KernelCase @case) => "MaxPoolGradient.vector";

    protected override bool Supports(Ops.MaxPoolGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.MaxPoolGradient op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.MaxPoolGradient op, KernelCase @case)
    {
        var sizes = @case.Outputs[0].Sizes;
        return new([Math.Max(1, sizes[0] * Strips(sizes[1]))]);
    }

    protected override void Run(Ops.MaxPoolGradient op, in KernelCall call)
    {
        BoundType dy = call.Case.Inputs[0], dx = call.Case.Outputs[0];
        int channels = dx.Sizes[1], strips = Strips(channels);
        if (dx.Count == 0) return;
        nint image = call.Piece / strips, first = call.Piece % strips * Strip;
        nint inputPixels = (nint)new Dims(dx.Sizes.AsSpan()[2..]).Product();
        nint outputPixels = (nint)new Dims(dy.Sizes.AsSpan()[2..]).Product();
        MaxPoolLoops.GradientByIndices<T>((float*)call.Input(0), (long*)call.Input(1), inputPixels, outputPixels, channels, image, first,
            Math.Min(Strip, channels - first), (float*)call.Output(0));
    }

    static int Strips(int channels) => (channels + Strip - 1) / Strip;
}
