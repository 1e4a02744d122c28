using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.RmsPropUpdate;

/// <summary>
/// s = αs + (1 − α)g²; a = αa + (1 − α)g; u = g / (√(s − a²) + ε), or g / (√s + ε); v = momentum · v + u; p −= rate · v, or rate · u.
/// </summary>
sealed class Naive : NaiveUpdate<Ops.RmsPropUpdate>
{
    protected override void Update<T>(Ops.RmsPropUpdate op, in KernelCall call, T rate, T scale)
    {
        ReadOnlySpan<T> parameter = call.Source<T>(0), gradient = call.Source<T>(1), squares = call.Source<T>(2);
        var mean = op.Centered ? call.Source<T>(3) : default;
        var velocity = op.HasVelocity ? call.Source<T>(op.VelocityInput) : default;
        Span<T> newParameter = call.Target<T>(0), newSquares = call.Target<T>(1), newMean = op.Centered ? call.Target<T>(2) : default;
        var newVelocity = op.HasVelocity ? call.Target<T>(op.VelocityInput - 1) : default;
        T alpha = T.CreateChecked(op.Alpha), enters = T.CreateChecked(1 - op.Alpha), epsilon = T.CreateChecked(op.Epsilon);
        T momentum = T.CreateChecked(op.Momentum), decay = T.CreateChecked(op.WeightDecay);
        for (int i = 0; i < parameter.Length; i++)
        {
            T p = parameter[i], a = op.Centered ? mean[i] : T.Zero, v = op.HasVelocity ? velocity[i] : T.Zero;
            var g = scale * gradient[i] + decay * p;
            var s = alpha * squares[i] + enters * g * g;
            newSquares[i] = s;
            if (op.Centered)
            {
                a = alpha * a + enters * g;
                newMean[i] = a;
                s -= a * a;
                // Rounding may leave a little less than none.
                if (s < T.Zero) s = T.Zero;
            }
            var step = g / (T.Sqrt(s) + epsilon);
            if (op.HasVelocity) newVelocity[i] = step = momentum * v + step;
            newParameter[i] = p - rate * step;
        }
    }
}
