using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AdadeltaUpdate;

/// <summary>s = ρs + (1 − ρ)g²; u = √(d + ε) / √(s + ε) · g; d = ρd + (1 − ρ)u²; p −= rate · u.</summary>
sealed class Naive : NaiveUpdate<Ops.AdadeltaUpdate>
{
    protected override void Update<T>(Ops.AdadeltaUpdate op, in KernelCall call, T rate, T scale)
    {
        ReadOnlySpan<T> parameter = call.Source<T>(0), gradient = call.Source<T>(1), squares = call.Source<T>(2), steps = call.Source<T>(3);
        Span<T> newParameter = call.Target<T>(0), newSquares = call.Target<T>(1), newSteps = call.Target<T>(2);
        T rho = T.CreateChecked(op.Rho), enters = T.CreateChecked(1 - op.Rho), epsilon = T.CreateChecked(op.Epsilon);
        T decay = T.CreateChecked(op.WeightDecay);
        for (int i = 0; i < parameter.Length; i++)
        {
            T p = parameter[i], d = steps[i];
            var g = scale * gradient[i] + decay * p;
            var s = rho * squares[i] + enters * g * g;
            var step = T.Sqrt(d + epsilon) / T.Sqrt(s + epsilon) * g;
            newSquares[i] = s;
            newSteps[i] = rho * d + enters * step * step;
            newParameter[i] = p - rate * step;
        }
    }
}
