using Fovea.Cpu.Kernels.DeformableUnfold;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.DeformableUnfoldGradient;

/// <summary>
/// dx[corner] += share · mask · dy; the offsets gather slope · x[corner] · mask · dy, the mask gathers share · x[corner] · dy.
/// </summary>
sealed class Naive : NaiveKernel<Ops.DeformableUnfoldGradient>
{
    protected override LayoutRule Layouts(Ops.DeformableUnfoldGradient op, KernelCase @case) =>
        LayoutRule.All(Placement.RowMajor, @case);

    protected override void Run<T>(Ops.DeformableUnfoldGradient op, in KernelCall call)
    {
        var image = call.Case.Inputs[0].Sizes;
        bool masked = call.Case.Inputs.Length == 4;
        int last = call.Case.Inputs.Length - 1;
        var dx = call.Target<T>(0);
        dx.Clear();
        DeformedTaps.ForEach(op.Geometry, op.Kernel, op.OffsetGroups, image, call.Source<T>(1), new Term<T>(call.Source<T>(0),
            masked ? call.Source<T>(2) : default, call.Source<T>(last), image[1] / op.OffsetGroups, image[2], image[3],
            (int)(op.Kernel.Product() * call.Case.Inputs[last].Sizes[2]), dx, call.Target<T>(1), masked ? call.Target<T>(2) : default));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> image, ReadOnlySpan<T> mask, ReadOnlySpan<T> columns, int channels, int height, int width,
        int columnStep, Span<T> dx, Span<T> offsets, Span<T> masks)
        : IDeformedTap<T> where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        readonly ReadOnlySpan<T> _image = image, _mask = mask, _columns = columns;
        readonly Span<T> _dx = dx, _offsets = offsets, _masks = masks;

        public void Meet(T y, T x, in DeformedTap tap)
        {
            var corners = new Corners<T>(y, x, height, width);
            T factor = _mask.IsEmpty ? T.One : _mask[tap.Mask], vertical = T.Zero, horizontal = T.Zero, whole = T.Zero;
            for (int c = 0; c < channels; c++)
            {
                T dy = _columns[tap.Column + c * columnStep], value = T.Zero, down = T.Zero, right = T.Zero;
                for (int i = 0; i < 4; i++)
                {
                    int below = i / 2, beside = i % 2, pixel = corners.Pixel(below, beside);
                    if (pixel < 0) continue;
                    pixel += tap.Image + c * height * width;
                    _dx[pixel] += corners.Weight(below, beside) * factor * dy;
                    down += corners.VerticalSlope(below, beside) * _image[pixel];
                    right += corners.HorizontalSlope(below, beside) * _image[pixel];
                    value += corners.Weight(below, beside) * _image[pixel];
                }
                vertical += down * factor * dy;
                horizontal += right * factor * dy;
                whole += value * dy;
            }
            (_offsets[tap.Vertical], _offsets[tap.Horizontal]) = (vertical, horizontal);
            if (!_masks.IsEmpty) _masks[tap.Mask] = whole;
        }
    }
}
