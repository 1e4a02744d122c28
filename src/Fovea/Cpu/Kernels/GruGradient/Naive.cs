using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.GruGradient;

/// <summary>One sequence after the other, back from its last step.</summary>
sealed class Naive() : NaiveRecurrence<Ops.GruGradient>(widths: 1)
{
    protected override int StateSize(KernelCase @case) => @case.Inputs[0].Sizes[1];

    protected override void Run<T>(Ops.GruGradient op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[2].Sizes;
        int sequences = sizes[0], steps = sizes[1], state = sizes[2];
        ReadOnlySpan<T> recurrent = call.Source<T>(0), hidden = call.Source<T>(1), y = call.Source<T>(2), gates = call.Source<T>(3),
            gradY = call.Source<T>(4);
        Span<T> gradA = call.Target<T>(0), gradS = call.Target<T>(1), previous = call.Target<T>(2), gradHidden = call.Target<T>(3);
        var gradReset = Sums<T>(call, state);
        var order = SequenceSteps.Of(call, steps, 6, op.Reverse);
        gradA.Clear();
        gradS.Clear();
        previous.Clear();
        call.Source<T>(5).CopyTo(gradHidden);
        for (int n = 0; n < sequences; n++)
        {
            var dh = gradHidden.Slice(n * state, state);
            int length = order.Length(n);
            for (int step = length - 1; step >= 0; step--)
            {
                int at = n * steps + order.Place(length, step), before = n * steps + order.Place(length, step - 1);
                var h = step > 0 ? y.Slice(before * state, state) : hidden.Slice(n * state, state);
                var kept = gates.Slice(at * 4 * state, 4 * state);
                Span<T> da = gradA.Slice(at * 3 * state, 3 * state), ds = gradS.Slice(at * 3 * state, 3 * state);
                for (int u = 0; u < state; u++)
                {
                    T reset = kept[u], update = kept[state + u], fresh = kept[2 * state + u], total = dh[u] + gradY[at * state + u];
                    T gradNew = total * (T.One - update) * (T.One - fresh * fresh);
                    da[2 * state + u] = gradNew;
                    ds[2 * state + u] = op.LinearBeforeReset ? gradNew * reset : gradNew;
                    da[state + u] = ds[state + u] = total * (h[u] - fresh) * update * (T.One - update);
                    dh[u] = total * update;
                }
                if (!op.LinearBeforeReset)
                {
                    gradReset.Clear();
                    AddTransposed<T>(da[(2 * state)..], recurrent, 2 * state, gradReset);
                }
                for (int u = 0; u < state; u++)
                {
                    T reset = kept[u], gradient = op.LinearBeforeReset ? da[2 * state + u] * kept[3 * state + u] : gradReset[u] * h[u];
                    da[u] = ds[u] = gradient * reset * (T.One - reset);
                    if (!op.LinearBeforeReset) dh[u] += gradReset[u] * reset;
                }
                AddTransposed<T>(op.LinearBeforeReset ? ds : ds[..(2 * state)], recurrent, 0, dh);
                h.CopyTo(previous.Slice(at * state, state));
            }
        }
    }
}
