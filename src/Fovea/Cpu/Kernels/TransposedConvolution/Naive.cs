using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.TransposedConvolution;

/// <summary>x[n, c, q · stride − padding + t · dilation] += y[n, o, q] · w[o, c, t], plus bias[c].</summary>
sealed class Naive : NaiveKernel<Ops.TransposedConvolution>
{
    protected override void Run<T>(Ops.TransposedConvolution op, in KernelCall call)
    {
        var x = call.Target<T>(0);
        x.Clear();
        var (y, w) = (call.Case.Inputs[0], call.Case.Inputs[1]);
        CorrelationTerms.ForEach(op.Geometry, call.Case.Outputs[0], w, y, new Term<T>(x, call.Source<T>(1), call.Source<T>(0)));
        if (call.Case.Inputs.Length == 3) ChannelBias.Add(call.Source<T>(2), call.Case.Outputs[0], x);
    }

    readonly ref struct Term<T>(Span<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> y) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly Span<T> _x = x;
        readonly ReadOnlySpan<T> _w = w, _y = y;

        public void Add(int image, int weight, int output) => _x[image] += _w[weight] * _y[output];
    }
}
