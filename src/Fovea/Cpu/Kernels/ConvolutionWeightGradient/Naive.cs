using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>dw[o, c, t] = Σ x · dy, images outside, places inside.</summary>
sealed class Naive : NaiveKernel<Ops.ConvolutionWeightGradient>
{
    protected override void Run<T>(Ops.ConvolutionWeightGradient op, in KernelCall call)
    {
        var dw = call.Target<T>(0);
        dw.Clear();
        var (x, dy) = (call.Case.Inputs[0], call.Case.Inputs[1]);
        CorrelationTerms.ForEach(op.Geometry, x, call.Case.Outputs[0], dy, new Term<T>(call.Source<T>(0), dw, call.Source<T>(1)));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> x, Span<T> dw, ReadOnlySpan<T> dy) : ICorrelationTerm
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly ReadOnlySpan<T> _x = x, _dy = dy;
        readonly Span<T> _dw = dw;

        public void Add(int image, int weight, int output) => _dw[weight] += _x[image] * _dy[output];
    }
}
