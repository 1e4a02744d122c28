using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.GroupNormalizationGradient;

/// <summary>
/// Group by group dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + epsilon) for g = dy · scale; dscale = Σ dy · x̂, dshift = Σ dy.
/// </summary>
sealed class Naive : NaiveKernel<Ops.GroupNormalizationGradient>
{
    protected override void Run<T>(Ops.GroupNormalizationGradient op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), scale = call.Source<T>(1), dy = call.Source<T>(2);
        Span<T> dx = call.Target<T>(0), dscale = call.Target<T>(1), dshift = call.Target<T>(2);
        var (dyStrides, dxStrides) = (call.Case.Inputs[2].Strides, call.Case.Outputs[0].Strides);
        var sizes = call.Case.Inputs[0].Sizes;
        var count = T.CreateChecked(sizes.With(0, 1).Product() / op.Groups);

        T[] sums = new T[sizes[1]], products = new T[sizes[1]];
        dscale.Clear();
        dshift.Clear();
        foreach (var group in new GroupBoxes(call.Case.Inputs[0], op.Groups))
        {
            var (mean, deviation) = group.Statistics(x, T.CreateChecked(op.Epsilon));
            Array.Clear(sums);
            Array.Clear(products);
            for (var at = group.Elements; at.MoveNext();)
            {
                T gradient = dy[group.Offset(at, dyStrides)], normal = (x[group.Offset(at)] - mean) / deviation;
                sums[group.Channel(at)] += gradient;
                products[group.Channel(at)] += gradient * normal;
            }
            T sum = T.Zero, product = T.Zero;
            for (int c = group.FirstChannel; c < group.FirstChannel + sizes[1] / op.Groups; c++)
            {
                dshift[c] += sums[c];
                dscale[c] += products[c];
                sum += scale[c] * sums[c];
                product += scale[c] * products[c];
            }
            for (var at = group.Elements; at.MoveNext();)
            {
                T g = dy[group.Offset(at, dyStrides)] * scale[group.Channel(at)], normal = (x[group.Offset(at)] - mean) / deviation;
                dx[group.Offset(at, dxStrides)] = (g - sum / count - normal * product / count) / deviation;
            }
        }
    }
}
