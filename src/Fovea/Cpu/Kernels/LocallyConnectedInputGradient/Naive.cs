using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LocallyConnectedInputGradient;

/// <summary>dx[n, c, q · stride − padding + t · dilation] += dy[n, o, q] · w[o, c, t, q].</summary>
sealed class Naive : NaiveKernel<Ops.LocallyConnectedInputGradient>
{
    protected override void Run<T>(Ops.LocallyConnectedInputGradient op, in KernelCall call)
    {
        var target = call.Target<T>(0);
        target.Clear();
        CorrelationTerms.ForEach(op.Geometry, call.Case.Outputs[0], call.Case.Inputs[1], call.Case.Inputs[0],
            new Term<T>(target, call.Source<T>(1), call.Source<T>(0)));
    }

    readonly ref struct Term<T>(Span<T> dx, ReadOnlySpan<T> w, ReadOnlySpan<T> dy) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly Span<T> _dx = dx;
        readonly ReadOnlySpan<T> _w = w, _dy = dy;

        public void Add(int image, int weight, int output) => _dx[image] += _w[weight] * _dy[output];
    }
}
