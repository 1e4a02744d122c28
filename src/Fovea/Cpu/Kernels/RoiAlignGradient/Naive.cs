using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.RoiAlignGradient;

/// <summary>Sample by sample, boxes ascending; of the maximum, to the pixel of the first largest product.</summary>
sealed class Naive : NaiveKernel<Ops.RoiAlignGradient>
{
    protected override void Run<T>(Ops.RoiAlignGradient op, in KernelCall call)
    {
        var dy = call.Source<T>(0);
        var boxes = call.Source<T>(1);
        var dx = call.Target<T>(0);
        dx.Clear();
        var (bins, image) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        Strides from = bins.Strides, to = image.Strides;
        bool largestOnly = op.Geometry.Reduction == RoiReduction.Max;
        var x = largestOnly ? call.Source<T>(3) : default;
        Strides read = largestOnly ? call.Case.Inputs[3].Strides : default;
        for (int box = 0; box < bins.Sizes[0]; box++)
        {
            var (rows, columns) = RoiBoxes.Axes(op.Geometry, boxes, call.Case.Inputs[1], box, image.Sizes);
            int n = RoiBoxes.Image(call, 2, box, image.Sizes[0]);
            var count = T.CreateChecked(Math.Max(rows.Samples * columns.Samples, 1));
            for (var at = new Odometer(new(bins.Sizes.AsSpan()[1..])); at.MoveNext();)
            {
                var gradient = dy[(int)(box * from[0]) + at.Offset(from, 1)];
                T largest = T.NegativeInfinity, weight = T.Zero;
                int winner = -1;
                var products = new RoiProducts(rows, columns, at[1], at[2]);
                while (products.MoveNext())
                {
                    int pixel = (int)(n * to[0] + at[0] * to[1] + products.Row * to[2] + products.Column * to[3]);
                    var own = products.Inside ? T.CreateChecked(products.Weight) : T.Zero;
                    if (!largestOnly)
                    {
                        if (own != T.Zero) dx[pixel] += gradient * (own / count);
                        continue;
                    }
                    var product = products.Inside ? own * x[(int)(n * read[0] + at[0] * read[1] + products.Row * read[2]
                        + products.Column * read[3])] : T.Zero;
                    if (!(product > largest) && !T.IsNaN(product) || T.IsNaN(largest)) continue;
                    (largest, weight, winner) = (product, own, pixel);
                }
                if (winner >= 0 && weight != T.Zero && !(products.Skips && largest < T.Zero)) dx[winner] += gradient * weight;
            }
        }
    }
}
