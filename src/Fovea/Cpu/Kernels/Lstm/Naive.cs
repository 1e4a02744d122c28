using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Lstm;

/// <summary>One sequence after the other, one step after the other.</summary>
sealed class Naive() : NaiveRecurrence<Ops.Lstm>(widths: Ops.Lstm.Gates)
{
    protected override int StateSize(KernelCase @case) => @case.Inputs[2].Sizes[1];

    protected override void Run<T>(Ops.Lstm op, in KernelCall call)
    {
        var x = call.Case.Inputs[0].Sizes;
        int sequences = x[0], steps = x[1], features = x[2], state = StateSize(call.Case);
        ReadOnlySpan<T> input = call.Source<T>(0), weight = call.Source<T>(1), recurrent = call.Source<T>(2), bias = call.Source<T>(3);
        Span<T> y = call.Target<T>(0), hidden = call.Target<T>(1), cell = call.Target<T>(2), sums = Sums<T>(call, 4 * state);
        Span<T> gates = op.Keeps ? call.Target<T>(3) : default, cells = op.Keeps ? call.Target<T>(4) : default;
        var order = SequenceSteps.Of(call, steps, 6, op.Reverse);
        y.Clear();
        gates.Clear();
        cells.Clear();
        call.Source<T>(4).CopyTo(hidden);
        call.Source<T>(5).CopyTo(cell);
        for (int n = 0; n < sequences; n++)
        {
            Span<T> h = hidden.Slice(n * state, state), c = cell.Slice(n * state, state);
            int length = order.Length(n);
            for (int step = 0; step < length; step++)
            {
                int at = n * steps + order.Place(length, step);
                bias.CopyTo(sums);
                AddProduct(input.Slice(at * features, features), weight, 0, sums);
                AddProduct(h, recurrent, 0, sums);
                for (int u = 0; u < state; u++)
                {
                    T i = Sigmoid(sums[u]), f = Sigmoid(sums[state + u]), g = T.Tanh(sums[2 * state + u]),
                        o = Sigmoid(sums[3 * state + u]);
                    c[u] = f * c[u] + i * g;
                    h[u] = o * T.Tanh(c[u]);
                    if (!op.Keeps) continue;
                    var kept = gates.Slice(at * 4 * state, 4 * state);
                    (kept[u], kept[state + u], kept[2 * state + u], kept[3 * state + u]) = (i, f, g, o);
                    cells[at * state + u] = c[u];
                }
                h.CopyTo(y.Slice(at * state, state));
            }
        }
    }
}
