using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Fold;

/// <summary>x[n, c, q · stride − padding + t · dilation] += y[n, c · T + t, q].</summary>
sealed class Naive : NaiveKernel<Ops.Fold>
{
    protected override void Run<T>(Ops.Fold op, in KernelCall call)
    {
        var x = call.Target<T>(0);
        x.Clear();
        UnfoldedTaps.ForEach(op.Geometry, op.Kernel, call.Case.Outputs[0], call.Case.Inputs[0], new Term<T>(x, call.Source<T>(0)));
    }

    readonly ref struct Term<T>(Span<T> x, ReadOnlySpan<T> y) : IUnfoldedTap where T : unmanaged, System.Numerics.INumberBase<T>
    {
        readonly Span<T> _x = x;
        readonly ReadOnlySpan<T> _y = y;

        public void Meet(int image, int column) => _x[image] += _y[column];
    }
}
