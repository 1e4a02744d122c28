using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LocallyConnected;

/// <summary>y[n, o, q] = Σ x · w[…, q], channels outside, taps inside.</summary>
sealed class Naive : NaiveKernel<Ops.LocallyConnected>
{
    protected override void Run<T>(Ops.LocallyConnected op, in KernelCall call)
    {
        var target = call.Target<T>(0);
        target.Clear();
        CorrelationTerms.ForEach(op.Geometry, call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0],
            new Term<T>(call.Source<T>(0), call.Source<T>(1), target));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> y) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly ReadOnlySpan<T> _x = x, _w = w;
        readonly Span<T> _y = y;

        public void Add(int image, int weight, int output) => _y[output] += _x[image] * _w[weight];
    }
}
