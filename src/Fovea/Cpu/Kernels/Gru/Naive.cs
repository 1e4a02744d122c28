using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Gru;

/// <summary>One sequence after the other, one step after the other.</summary>
sealed class Naive() : NaiveRecurrence<Ops.Gru>(widths: 7)
{
    protected override int StateSize(KernelCase @case) => @case.Inputs[2].Sizes[1];

    protected override void Run<T>(Ops.Gru op, in KernelCall call)
    {
        var x = call.Case.Inputs[0].Sizes;
        int sequences = x[0], steps = x[1], features = x[2], state = StateSize(call.Case);
        ReadOnlySpan<T> input = call.Source<T>(0), weight = call.Source<T>(1), recurrent = call.Source<T>(2), bias = call.Source<T>(3),
            recurrentBias = call.Source<T>(4);
        Span<T> y = call.Target<T>(0), hidden = call.Target<T>(1), gates = op.Keeps ? call.Target<T>(2) : default;
        var scratch = Sums<T>(call, 7 * state);
        Span<T> a = scratch[..(3 * state)], s = scratch.Slice(3 * state, 3 * state), resetState = scratch[(6 * state)..];
        var order = SequenceSteps.Of(call, steps, 6, op.Reverse);
        y.Clear();
        gates.Clear();
        call.Source<T>(5).CopyTo(hidden);
        for (int n = 0; n < sequences; n++)
        {
            var h = hidden.Slice(n * state, state);
            int length = order.Length(n);
            for (int step = 0; step < length; step++)
            {
                int at = n * steps + order.Place(length, step);
                bias.CopyTo(a);
                AddProduct(input.Slice(at * features, features), weight, 0, a);
                recurrentBias.CopyTo(s);
                AddProduct(h, recurrent, 0, op.LinearBeforeReset ? s : s[..(2 * state)]);
                if (!op.LinearBeforeReset)
                {
                    for (int u = 0; u < state; u++) resetState[u] = Sigmoid(a[u] + s[u]) * h[u];
                    AddProduct(resetState, recurrent, 2 * state, s[(2 * state)..]);
                }
                for (int u = 0; u < state; u++)
                {
                    T reset = Sigmoid(a[u] + s[u]), update = Sigmoid(a[state + u] + s[state + u]), product = s[2 * state + u];
                    T fresh = T.Tanh(a[2 * state + u] + (op.LinearBeforeReset ? reset * product : product));
                    h[u] = fresh + update * (h[u] - fresh);
                    if (!op.Keeps) continue;
                    var kept = gates.Slice(at * 4 * state, 4 * state);
                    (kept[u], kept[state + u], kept[2 * state + u]) = (reset, update, fresh);
                    kept[3 * state + u] = op.LinearBeforeReset ? product : resetState[u];
                }
                h.CopyTo(y.Slice(at * state, state));
            }
        }
    }
}
