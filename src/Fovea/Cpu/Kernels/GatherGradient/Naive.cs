using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GatherGradient;

/// <summary>Adds each slice where its index says, in the order of the indices.</summary>
sealed class Naive : NaiveKernel<Ops.GatherGradient>
{
    protected override void Run<T>(Ops.GatherGradient op, in KernelCall call)
    {
        var y = call.Target<T>(0);
        y.Clear();
        var dy = call.Source<T>(0);
        BoundType output = call.Case.Outputs[0], indices = call.Case.Inputs[1];
        var spread = call.Case.Inputs[0].Strides;
        var box = GatherBox.Of(output.Sizes, op.Axis, indices.Rank, spread, out var from, out _);
        var to = output.Strides;
        var place = new Odometer(indices.Sizes);
        for (int i = 0; place.MoveNext(); i++)
        {
            long index = GatherBox.Index(call, 1, i, output.Sizes[op.Axis]);
            int start = place.Offset(spread, op.Axis);
            var at = new Odometer(box);
            while (at.MoveNext()) y[(int)(index * to[op.Axis]) + at.Offset(to)] += dy[start + at.Offset(from)];
        }
    }
}
