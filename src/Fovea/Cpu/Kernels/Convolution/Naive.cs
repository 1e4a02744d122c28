using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>y[n, o, q] = bias[o] + Σ x · w, channels outside, taps inside.</summary>
sealed class Naive : NaiveKernel<Ops.Convolution>
{
    protected override void Run<T>(Ops.Convolution op, in KernelCall call)
    {
        var y = call.Target<T>(0);
        y.Clear();
        var (x, w) = (call.Case.Inputs[0], call.Case.Inputs[1]);
        CorrelationTerms.ForEach(op.Geometry, x, w, call.Case.Outputs[0], new Term<T>(call.Source<T>(0), call.Source<T>(1), y));
        if (call.Case.Inputs.Length == 3) ChannelBias.Add(call.Source<T>(2), call.Case.Outputs[0], y);
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> y) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly ReadOnlySpan<T> _x = x, _w = w;
        readonly Span<T> _y = y;

        public void Add(int image, int weight, int output) => _y[output] += _x[image] * _w[weight];
    }
}
