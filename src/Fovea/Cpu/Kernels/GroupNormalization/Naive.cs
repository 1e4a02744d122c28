using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.GroupNormalization;

/// <summary>Group by group: mean, mean of squared deviations, then y = (x − mean) / √(variance + epsilon) · scale + shift.</summary>
sealed class Naive : NaiveKernel<Ops.GroupNormalization>
{
    protected override void Run<T>(Ops.GroupNormalization op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), scale = call.Source<T>(1), shift = call.Source<T>(2);
        var y = call.Target<T>(0);
        var strides = call.Case.Outputs[0].Strides;
        foreach (var group in new GroupBoxes(call.Case.Inputs[0], op.Groups))
        {
            var (mean, deviation) = group.Statistics(x, T.CreateChecked(op.Epsilon));
            for (var at = group.Elements; at.MoveNext();)
            {
                int c = group.Channel(at);
                y[group.Offset(at, strides)] = (x[group.Offset(at)] - mean) / deviation * scale[c] + shift[c];
            }
        }
    }
}
