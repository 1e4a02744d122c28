using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.SgdUpdate;

/// <summary>g = scale · gradient + decay · p; v = momentum · v + g; p −= rate · (nesterov ? g + momentum · v : v).</summary>
sealed class Naive : NaiveUpdate<Ops.SgdUpdate>
{
    protected override int LikeParameter(Ops.SgdUpdate op) => op.LearningRateInput;

    protected override void Run<T>(Ops.SgdUpdate op, in KernelCall call)
    {
        int rateInput = op.LearningRateInput;
        ReadOnlySpan<T> parameter = call.Source<T>(0), gradient = call.Source<T>(1);
        var velocity = op.HasVelocity ? call.Source<T>(2) : default;
        Span<T> newParameter = call.Target<T>(0), newVelocity = op.HasVelocity ? call.Target<T>(1) : default;
        T rate = call.Source<T>(rateInput)[0], scale = call.Case.Inputs.Length > rateInput + 1 ? call.Source<T>(rateInput + 1)[0] : T.One;
        if (!T.IsFinite(scale))
        {
            parameter.CopyTo(newParameter);
            velocity.CopyTo(newVelocity);
            return;
        }
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
