namespace Fovea.Tests.Golden;

/// <summary>Recurrent operators. The states of all layers and directions are one tensor in PyTorch.</summary>
internal static class GoldenRecurrent
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["lstm"] = c => Layers(c, (x, name, at, lengths) =>
        {
            var bias = c.Optional("bias_ih_" + name);
            var (y, h, last) = x.Lstm(c["weight_ih_" + name], c["weight_hh_" + name],
                bias is null ? null : bias + c["bias_hh_" + name], c["h"][at], c["c"][at], lengths, name.EndsWith("_reverse"));
            return [y, h, last];
        }),
        ["gru"] = c => Layers(c, (x, name, at, lengths) =>
        {
            var (y, h) = x.Gru(c["weight_ih_" + name], c["weight_hh_" + name], c.Optional("bias_ih_" + name),
                c.Optional("bias_hh_" + name), c["h"][at], lengths, name.EndsWith("_reverse"));
            return [y, h];
        }),
        ["rnn_tanh"] = c => Layers(c, (x, name, at, lengths) =>
        {
            var bias = c.Optional("bias_ih_" + name);
            var (y, h) = x.Rnn(c["weight_ih_" + name], c["weight_hh_" + name],
                bias is null ? null : bias + c["bias_hh_" + name], c["h"][at], lengths, name.EndsWith("_reverse"));
            return [y, h];
        }),
    };

    static Tensor[] Layers(GoldenInputs c, Func<Tensor, string, int, Tensor?, Tensor[]> step)
    {
        var given = c.Case.Ints("lengths");
        var lengths = given.Length == 0 ? null : Tensor.From(Array.ConvertAll(given, l => (long)l));
        var directions = c.Case.Bool("bidirectional") ? 2 : 1;
        var x = c["x"];
        var states = new List<Tensor[]>();
        for (var layer = 0; layer < c.Case.Int("layers"); layer++)
        {
            for (var direction = 0; direction < directions; direction++)
            {
                states.Add(step(x, $"l{layer}{(direction == 1 ? "_reverse" : "")}", layer * directions + direction, lengths));
            }

            x = Tensor.Concat(2, [.. states.TakeLast(directions).Select(s => s[0])]);
        }

        return [x, .. Enumerable.Range(1, states[0].Length - 1).Select(i => Tensor.Stack(0, [.. states.Select(s => s[i])]))];
    }
}
