using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Unfold;

/// <summary>y[n, c · T + t, q] = x[n, c, q · stride − padding + t · dilation], or zero.</summary>
sealed class Naive : NaiveKernel<Ops.Unfold>
{
    protected override void Run<T>(Ops.Unfold op, in KernelCall call)
    {
        var y = call.Target<T>(0);
        y.Clear();
        UnfoldedTaps.ForEach(op.Geometry, op.Kernel, call.Case.Inputs[0], call.Case.Outputs[0], new Term<T>(call.Source<T>(0), y));
    }

    readonly ref struct Term<T>(ReadOnlySpan<T> x, Span<T> y) : IUnfoldedTap where T : unmanaged
    {
        readonly ReadOnlySpan<T> _x = x;
        readonly Span<T> _y = y;

        public void Meet(int image, int column) => _y[column] = _x[image];
    }
}
