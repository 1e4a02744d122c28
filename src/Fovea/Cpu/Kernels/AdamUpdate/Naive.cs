using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AdamUpdate;

/// <summary>m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= rate / c₁ · m / (√v / √c₂ + ε), where c are the corrections.</summary>
sealed class Naive : NaiveUpdate<Ops.AdamUpdate>
{
    protected override void Update<T>(Ops.AdamUpdate op, in KernelCall call, T rate, T scale)
    {
        ReadOnlySpan<T> parameter = call.Source<T>(0), gradient = call.Source<T>(1), first = call.Source<T>(2), second = call.Source<T>(3);
        Span<T> newParameter = call.Target<T>(0), newFirst = call.Target<T>(1), newSecond = call.Target<T>(2);
        long step = call.Source<long>(5)[0];
        T correction1 = T.CreateChecked(Ops.AdamUpdate.Correction(op.Beta1, step));
        T root2 = T.CreateChecked(Math.Sqrt(Ops.AdamUpdate.Correction(op.Beta2, step)));
        T beta1 = T.CreateChecked(op.Beta1), beta2 = T.CreateChecked(op.Beta2), epsilon = T.CreateChecked(op.Epsilon);
        T enters1 = T.CreateChecked(1 - op.Beta1), enters2 = T.CreateChecked(1 - op.Beta2), decay = T.CreateChecked(op.WeightDecay);
        for (int i = 0; i < parameter.Length; i++)
        {
            T p = parameter[i], g = scale * gradient[i];
            if (op.Decoupled) p -= rate * decay * p;
            else g += decay * p;
            var m = beta1 * first[i] + enters1 * g;
            var v = beta2 * second[i] + enters2 * g * g;
            newFirst[i] = m;
            newSecond[i] = v;
            newParameter[i] = p - rate / correction1 * m / (T.Sqrt(v) / root2 + epsilon);
        }
    }
}
