using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LstmGradient;

/// <summary>One sequence after the other, back from its last step.</summary>
sealed class Naive() : NaiveRecurrence<Ops.LstmGradient>(widths: 1)
{
    protected override int StateSize(KernelCase @case) => @case.Inputs[0].Sizes[1];

    protected override void Run<T>(Ops.LstmGradient op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[3].Sizes;
        int sequences = sizes[0], steps = sizes[1], state = sizes[2];
        ReadOnlySpan<T> recurrent = call.Source<T>(0), hidden = call.Source<T>(1), cell = call.Source<T>(2), y = call.Source<T>(3),
            gates = call.Source<T>(4), cells = call.Source<T>(5), gradY = call.Source<T>(6);
        Span<T> gradSums = call.Target<T>(0), previous = call.Target<T>(1), gradHidden = call.Target<T>(2), gradCell = call.Target<T>(3);
        var order = SequenceSteps.Of(call, steps, 9, op.Reverse);
        gradSums.Clear();
        previous.Clear();
        call.Source<T>(7).CopyTo(gradHidden);
        call.Source<T>(8).CopyTo(gradCell);
        for (int n = 0; n < sequences; n++)
        {
            Span<T> dh = gradHidden.Slice(n * state, state), dc = gradCell.Slice(n * state, state);
            int length = order.Length(n);
            for (int step = length - 1; step >= 0; step--)
            {
                int at = n * steps + order.Place(length, step), before = n * steps + order.Place(length, step - 1);
                var h = step > 0 ? y.Slice(before * state, state) : hidden.Slice(n * state, state);
                var c = step > 0 ? cells.Slice(before * state, state) : cell.Slice(n * state, state);
                var gate = gates.Slice(at * 4 * state, 4 * state);
                var da = gradSums.Slice(at * 4 * state, 4 * state);
                for (int u = 0; u < state; u++)
                {
                    T i = gate[u], f = gate[state + u], g = gate[2 * state + u], o = gate[3 * state + u];
                    T tanh = T.Tanh(cells[at * state + u]), total = dh[u] + gradY[at * state + u];
                    T through = dc[u] + total * o * (T.One - tanh * tanh);
                    da[u] = through * g * i * (T.One - i);
                    da[state + u] = through * c[u] * f * (T.One - f);
                    da[2 * state + u] = through * i * (T.One - g * g);
                    da[3 * state + u] = total * tanh * o * (T.One - o);
                    dc[u] = through * f;
                }
                dh.Clear();
                AddTransposed<T>(da, recurrent, 0, dh);
                h.CopyTo(previous.Slice(at * state, state));
            }
        }
    }
}
