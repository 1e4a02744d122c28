using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>A layer that is linear in its input and in its one weight, asked in double precision with any weights.</summary>
sealed class LinearLayer
{
    readonly Replay _replay;
    readonly Variable _weight;

    public LinearLayer(Module layer, Shape? inputShape)
    {
        _replay = new(layer, ElementType.Float64, inputShape);
        Variable[] weights = [.. layer.Parameters.Where(p => p.Name == "weight" || p.Name.EndsWith(".weight", StringComparison.Ordinal))];
        if (weights.Length != 1)
            throw new ArgumentException($"{layer} has {weights.Length} weights: a single linear layer is asked for.", nameof(layer));
        _weight = weights[0];
        var shape = inputShape ?? layer.InputShape!;
        InputShape = shape.ToDims();
        var output = Output(w => w, Tensor.Zeros([1, .. shape.AsSpan()]));
        OutputShape = output.Shape.Slice(1, output.Rank - 1).ToDims();
        RequireLinear(layer);
    }

    /// <summary>One input's shape.</summary>
    public Dims InputShape { get; }

    /// <summary>One output's shape.</summary>
    public Dims OutputShape { get; }

    /// <summary>The elements of the weight.</summary>
    public long WeightCount => _weight.Count;

    /// <summary>The outputs for a batch, without the bias.</summary>
    /// <param name="weight">Makes the weight from the present one.</param>
    /// <param name="x">The batch.</param>
    public double[] Run(Func<Tensor, Tensor> weight, Tensor x) => Output(weight, x).ToArray<double>();

    /// <summary>What every unit vector gives: outputs by inputs, row-major.</summary>
    public double[] Columns(Func<Tensor, Tensor> weight)
    {
        const int together = 128;
        int inputs = (int)InputShape.Product(), outputs = (int)OutputShape.Product();
        double[] matrix = new double[(long)inputs * outputs];
        for (int start = 0; start < inputs; start += together)
        {
            int count = Math.Min(together, inputs - start);
            double[] units = new double[count * inputs];
            for (int i = 0; i < count; i++) units[i * inputs + start + i] = 1;
            double[] rows = Run(weight, Tensor.From(units, [count, .. ((Shape)InputShape).AsSpan()]));
            for (int i = 0; i < count; i++)
                for (int o = 0; o < outputs; o++) matrix[o * inputs + start + i] = rows[i * outputs + o];
        }
        return matrix;
    }

    // The bias and everything else that is no weight is 0.
    Tensor Output(Func<Tensor, Tensor> weight, Tensor x)
    {
        var run = _replay.Run(x, number =>
        {
            var variable = _replay.Variables[number];
            var value = _replay.Value(variable);
            return variable == _weight ? weight(value) : value.Full(0);
        });
        return run.Values[_replay.Program.Output];
    }

    void RequireLinear(Module layer)
    {
        var ramp = Tensor.From(Enumerable.Range(0, (int)InputShape.Product()).Select(i => 1.0 + i % 7).ToArray(),
            [1, .. ((Shape)InputShape).AsSpan()]);
        double[] once = Run(w => w, ramp), opposite = Run(w => w, -2 * ramp);
        for (int i = 0; i < once.Length; i++)
            if (Math.Abs(opposite[i] + 2 * once[i]) > 1e-9 * (1 + Math.Abs(once[i])))
                throw new ArgumentException($"{layer} is not linear: it has no matrix.", nameof(layer));
    }
}
