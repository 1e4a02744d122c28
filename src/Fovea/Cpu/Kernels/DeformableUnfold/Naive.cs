using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.DeformableUnfold;

/// <summary>y[n, c · T + t, q] = mask · Σ over four corners of share · x[corner].</summary>
sealed class Naive : NaiveKernel<Ops.DeformableUnfold>
{
    protected override LayoutRule Layouts(Ops.DeformableUnfold op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override void Run<T>(Ops.DeformableUnfold op, in KernelCall call)
    {
        var image = call.Case.Inputs[0].Sizes;
        DeformedTaps.ForEach(op.Geometry, op.Kernel, op.OffsetGroups, image, call.Source<T>(1), new Term<T>(call.Source<T>(0),
            call.Case.Inputs.Length == 3 ? call.Source<T>(2) : default, image[1] / op.OffsetGroups, image[2], image[3],
            (int)(op.Kernel.Product() * call.Case.Outputs[0].Sizes[2]), call.Target<T>(0)));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> image, ReadOnlySpan<T> mask, int channels, int height, int width, int columnStep,
        Span<T> columns) : IDeformedTap<T> where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        readonly ReadOnlySpan<T> _image = image, _mask = mask;
        readonly Span<T> _columns = columns;

        public void Meet(T y, T x, in DeformedTap tap)
        {
            var corners = new Corners<T>(y, x, height, width);
            for (int c = 0; c < channels; c++)
            {
                var value = T.Zero;
                for (int i = 0; i < 4; i++)
                    if (corners.Pixel(i / 2, i % 2) is >= 0 and var pixel)
                        value += corners.Weight(i / 2, i % 2) * _image[tap.Image + c * height * width + pixel];
                _columns[tap.Column + c * columnStep] = _mask.IsEmpty ? value : value * _mask[tap.Mask];
            }
        }
    }
}
