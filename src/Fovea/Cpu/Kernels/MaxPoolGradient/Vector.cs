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
/// The gradient of max pooling of float32 images by indices, in the layout in which the gradient comes; a piece is an image's strip of
/// channels, so places add in order.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.MaxPoolGradient> where T : unmanaged, IVec<T>
{
    const int Strip = 64;

    static readonly string OwnName = $"MaxPoolGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.MaxPoolGradient op, KernelCase @case) => "MaxPoolGradient.vector";

    protected override bool Supports(Ops.MaxPoolGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Rank == @case.Outputs[0].Rank;

    protected override LayoutRule Layouts(Ops.MaxPoolGradient op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.MaxPoolGradient op, KernelCase @case)
    {
        var (_, strips) = Strips(@case.Outputs[0]);
        return new([checked((int)Math.Max(1, @case.Outputs[0].Sizes[0] * strips))]);
    }

    protected override void Run(Ops.MaxPoolGradient op, in KernelCall call)
    {
        ChannelPlaces dy = new(call.Case.Inputs[0]), dx = new(call.Case.Outputs[0]);
        if (call.Case.Outputs[0].Count == 0) return;
        var (width, strips) = Strips(call.Case.Outputs[0]);
        nint image = call.Piece / strips, first = call.Piece % strips * width, count = Math.Min(width, dx.Channels - first);
        float* from = (float*)call.Input(0), to = (float*)call.Output(0);
        long* indices = (long*)call.Input(1);
        if (!call.Case.Outputs[0].Layout.IsRowMajor)
        {
            MaxPoolLoops.GradientByIndices<T>(from, indices, dx.Count, dy.Count, dx.Channels, image, first, count, to);
            return;
        }
        nint source = (image * dy.Channels + first) * dy.Count, target = (image * dx.Channels + first) * dx.Count;
        MaxPoolLoops.GradientOfRows<T>(from + source, indices + source, dx.Count, dy.Count, count, to + target);
    }

    // Row-major channels are whole rows: as many as make a piece of work.
    static (nint Width, nint Strips) Strips(BoundType type)
    {
        var image = new ChannelPlaces(type);
        nint width = type.Layout.IsRowMajor ? Math.Max(1, VectorKernels.Grain / Math.Max(1, image.Count)) : Strip;
        return (width, (image.Channels + width - 1) / width);
    }
}
