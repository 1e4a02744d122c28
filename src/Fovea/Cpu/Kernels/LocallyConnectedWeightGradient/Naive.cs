using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LocallyConnectedWeightGradient;

/// <summary>dw[o, c, t, q] = Σ over n of x · dy.</summary>
sealed class Naive : NaiveKernel<Ops.LocallyConnectedWeightGradient>
{
    protected override void Run<T>(Ops.LocallyConnectedWeightGradient op, in KernelCall call)
    {
        var target = call.Target<T>(0);
        target.Clear();
        CorrelationTerms.ForEach(op.Geometry, call.Case.Inputs[0], call.Case.Outputs[0], call.Case.Inputs[1],
            new Term<T>(call.Source<T>(0), target, call.Source<T>(1)));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> x, Span<T> dw, ReadOnlySpan<T> dy) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly ReadOnlySpan<T> _x = x, _dy = dy;
        readonly Span<T> _dw = dw;

        public void Add(int image, int weight, int output) => _dw[weight] += _x[image] * _dy[output];
    }
}
