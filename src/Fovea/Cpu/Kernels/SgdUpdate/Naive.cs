using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.SgdUpdate;

/// <summary>g = scale · gradient + decay · p; v = momentum · v + g; p −= rate · (nesterov ? g + momentum · v : v).</summary>
sealed class Naive : NaiveUpdate<Ops.SgdUpdate>
{
    protected override void Update<T>(Ops.SgdUpdate op, in KernelCall call, T rate, T scale)
    {
        ReadOnlySpan<T> parameter = call.Source<T>(0), gradient = call.Source<T>(1);
        var velocity = op.HasVelocity ? call.Source<T>(2) : default;
        Span<T> newParameter = call.Target<T>(0), newVelocity = op.HasVelocity ? call.Target<T>(1) : default;
        T momentum = T.CreateChecked(op.Momentum), decay = T.CreateChecked(op.WeightDecay);
        for (int i = 0; i < parameter.Length; i++)
        {
            var p = parameter[i];
            var g = scale * gradient[i] + decay * p;
            if (op.HasVelocity)
            {
                var v = momentum * velocity[i] + g;
                newVelocity[i] = v;
                g = op.Nesterov ? g + momentum * v : v;
            }
            newParameter[i] = p - rate * g;
        }
    }
}
