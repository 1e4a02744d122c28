using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GridSample;

/// <summary>The sum over the taps of each place, a channel after the other.</summary>
sealed class Naive : NaiveKernel<Ops.GridSample>
{
    protected override void Run<T>(Ops.GridSample op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var grid = call.Source<T>(1);
        var y = call.Target<T>(0);
        BoundType image = call.Case.Inputs[0], gridType = call.Case.Inputs[1], output = call.Case.Outputs[0];
        Strides from = image.Strides, gridStrides = gridType.Strides, to = output.Strides;
        int rank = image.Rank - 2;
        var taps = new GridTaps(op.Sampling, image);
        Span<T> place = stackalloc T[rank];
        for (var at = new Odometer(new(gridType.Sizes.AsSpan()[..^1])); at.MoveNext();)
        {
            for (int i = 0; i < rank; i++) place[i] = grid[at.Offset(gridStrides) + (int)(i * gridStrides[rank + 1])];
            int count = taps.Find<T>(place);
            for (int c = 0; c < output.Sizes[1]; c++)
            {
                var sum = T.Zero;
                for (int t = 0; t < count; t++)
                {
                    var (offset, weight) = taps.Tap(t, rank);
                    sum += T.CreateChecked(weight) * x[(int)(at[0] * from[0] + c * from[1] + offset)];
                }
                long target = at[0] * to[0] + c * to[1];
                for (int i = 0; i < rank; i++) target += at[i + 1] * to[i + 2];
                y[(int)target] = sum;
            }
        }
    }
}
