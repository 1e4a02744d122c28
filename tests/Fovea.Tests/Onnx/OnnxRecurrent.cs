using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

/// <summary>Recurrences, and operators that own graphs.</summary>
internal static class OnnxRecurrent
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            // ONNX orders gates input, output, forget, cell; and update, reset, hidden.
            ["LSTM"] = c => Layer(c, [0, 2, 3, 1], (a, reverse) =>
            {
                var (y, h, last) = a.X.Lstm(a.Weight, a.Recurrent, a.Bias is null ? null : a.Bias + a.RecurrentBias!, a.Hidden, a.Cell,
                    a.Lengths, reverse);
                return [y, h, last];
            }),
            ["GRU"] = c => Layer(c, [1, 0, 2], (a, reverse) =>
            {
                var (y, h) = a.X.Gru(a.Weight, a.Recurrent, a.Bias, a.RecurrentBias, a.Hidden, a.Lengths, reverse,
                    c.Flag("linear_before_reset"));
                return [y, h];
            }),
            ["RNN"] = c => Layer(c, [0], (a, reverse) =>
            {
                var bias = a.Bias is null ? null : a.Bias + a.RecurrentBias!;
                var (y, h) = a.X.Rnn(a.Weight, a.Recurrent, bias, a.Hidden, a.Lengths, reverse);
                return [y, h];
            }),
            ["If"] = c => Tensor.If(c[0], () => c.Graph("then_branch"), () => c.Graph("else_branch")),
            ["Loop"] = Loop,
            ["Scan"] = Scan,
        },
        Reasons = new() { ["ReverseSequence"] = "waits for its operator" },
        Tests = new()
        {
            ["test_loop11"] = "its body cuts a part whose size is a matter of the turn's number",
            ["test_lstm_with_peepholes"] = "LSTM has no peepholes: a cell with them is written with Tensor.Scan",
            ["test_scan_sum"] = "Scan of version 8 has a batch axis and lengths, which version 9 took away",
        },
    };

    sealed record Arguments(Tensor X, Tensor Weight, Tensor Recurrent, Tensor? Bias, Tensor? RecurrentBias, Tensor? Hidden, Tensor? Cell,
        Tensor? Lengths);

    static Tensor[] Layer(OnnxCall c, int[] blocks, Func<Arguments, bool, Tensor[]> step)
    {
        if (c.Optional(7) is not null || c.Has("clip") || c.Has("activations"))
        {
            throw new NotSupportedException("Peepholes, clipping, or other activations.");
        }

        var batchwise = c.Int("layout", 0) == 1;
        var x = batchwise ? c[0] : c[0].Transpose(1, 0, 2);
        var direction = c.Text("direction", "forward");
        var size = c.Int("hidden_size", 0);
        var results = new List<Tensor[]>();
        for (var i = 0; i < (direction == "bidirectional" ? 2 : 1); i++)
        {
            Tensor? State(int input) => c.Optional(input) is not { } state ? null : batchwise ? state[.., i] : state[i];
            var biases = c.Optional(3)?[i];
            results.Add(step(new(x, Ordered(c[1][i]), Ordered(c[2][i]),
                biases is null ? null : Ordered(biases[..(blocks.Length * size)]),
                biases is null ? null : Ordered(biases[(blocks.Length * size)..]), State(5), State(6),
                c.Optional(4)?.Cast(ElementType.Int64)), direction == "reverse" || i == 1));
        }

        var y = Tensor.Stack(2, [.. results.Select(r => r[0])]);
        var last = Enumerable.Range(1, results[0].Length - 1)
            .Select(i => Tensor.Stack(batchwise ? 1 : 0, [.. results.Select(r => r[i])]));
        return [batchwise ? y : y.Transpose(1, 2, 0, 3), .. last];

        Tensor Ordered(Tensor weights) =>
            blocks.Length == 1 ? weights : Tensor.Concat(0, [.. blocks.Select(b => weights[(b * size)..((b + 1) * size)])]);
    }

    static Tensor[] Loop(OnnxCall c)
    {
        var states = Enumerable.Range(2, c.Count - 2).Select(i => c[i]).ToArray();
        var most = c.Numbers(0) is { } count ? (int)count[0] : throw new NotSupportedException("A loop of any number of turns.");
        var loop = Tensor.Loop(c.Optional(0), c.Optional(1), states, (turn, values) =>
        {
            var y = c.Graph("body", [turn, Tensor.Constant(1, ElementType.Bool), .. values]);
            return new(y[0], y[1..(1 + states.Length)], y[(1 + states.Length)..]);
        }, most);

        // What is stacked has as many elements as turns were made.
        var turns = (int)loop.Turns.Item<long>();
        return [.. loop.States, .. loop.Outputs.Select(y => y[..turns])];
    }

    static Tensor[] Scan(OnnxCall c)
    {
        if (c.Opset < 9)
        {
            throw new NotSupportedException("Version 8.");
        }

        var sequences = c.Int("num_scan_inputs", 0);
        Tensor[] inputs = [.. c.All];
        var states = inputs.Length - sequences;
        var (last, outputs) = Tensor.Scan(inputs[..states], inputs[states..], (s, e) =>
        {
            var y = c.Graph("body", [.. s, .. e]);
            return (y[..states], y[states..]);
        });
        return [.. last, .. outputs];
    }
}
