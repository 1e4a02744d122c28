using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GridSampleGradient;

/// <summary>Each place adds to the pixels that it saw; places ascending.</summary>
sealed class Naive : NaiveKernel<Ops.GridSampleGradient>
{
    protected override void Run<T>(Ops.GridSampleGradient op, in KernelCall call)
    {
        var dy = call.Source<T>(0);
        var grid = call.Source<T>(1);
        var dx = call.Target<T>(0);
        dx.Clear();
        BoundType image = call.Case.Outputs[0], gridType = call.Case.Inputs[1], samples = call.Case.Inputs[0];
        Strides to = image.Strides, gridStrides = gridType.Strides, from = samples.Strides;
        int rank = image.Rank - 2;
        var taps = new GridTaps(op.Sampling, image);
        Span<T> place = stackalloc T[rank];
        for (var at = new Odometer(new(gridType.Sizes.AsSpan()[..^1])); at.MoveNext();)
        {
            for (int i = 0; i < rank; i++) place[i] = grid[at.Offset(gridStrides) + (int)(i * gridStrides[rank + 1])];
            int count = taps.Find<T>(place);
            for (int c = 0; c < samples.Sizes[1]; c++)
            {
                long source = at[0] * from[0] + c * from[1];
                for (int i = 0; i < rank; i++) source += at[i + 1] * from[i + 2];
                for (int t = 0; t < count; t++)
                {
                    var (offset, weight) = taps.Tap(t, rank);
                    dx[(int)(at[0] * to[0] + c * to[1] + offset)] += T.CreateChecked(weight) * dy[(int)source];
                }
            }
        }
    }
}
