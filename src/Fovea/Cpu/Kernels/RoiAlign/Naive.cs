using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.RoiAlign;

/// <summary>Sample by sample, a channel after the other.</summary>
sealed class Naive : NaiveKernel<Ops.RoiAlign>
{
    protected override void Run<T>(Ops.RoiAlign op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var boxes = call.Source<T>(1);
        var y = call.Target<T>(0);
        var (image, output) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        Strides from = image.Strides, to = output.Strides;
        for (int box = 0; box < output.Sizes[0]; box++)
        {
            var (rows, columns) = RoiBoxes.Axes(op.Geometry, boxes, call.Case.Inputs[1], box, image.Sizes);
            long start = RoiBoxes.Image(call, 2, box, image.Sizes[0]) * from[0];
            var count = T.CreateChecked(Math.Max(rows.Samples * columns.Samples, 1));
            for (var at = new Odometer(new(output.Sizes.AsSpan()[1..])); at.MoveNext();)
            {
                T sum = T.Zero, largest = T.NegativeInfinity;
                bool any = false;
                var products = new RoiProducts(rows, columns, at[1], at[2]);
                while (products.MoveNext())
                {
                    var product = products.Inside ? T.CreateChecked(products.Weight)
                        * x[(int)(start + at[0] * from[1] + products.Row * from[2] + products.Column * from[3])] : T.Zero;
                    // A pixel that counts nothing passes no NaN on to the mean.
                    if (products.Weight != 0) sum += product;
                    largest = T.Max(largest, product);
                    any = true;
                }
                if (products.Skips || !any) largest = T.Max(largest, T.Zero);
                y[(int)(box * to[0]) + at.Offset(to, 1)] = op.Geometry.Reduction == RoiReduction.Max ? largest : sum / count;
            }
        }
    }
}
