using Fovea.Analyses;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// How many connections and weights a layer has between m inputs and n outputs, beside what other kinds of layer would have.
/// </summary>
/// <param name="Inputs">m: elements of one input.</param>
/// <param name="Outputs">n: elements of one output.</param>
/// <param name="Connections">Pairs of an input and an output that a weight joins, counted from the layer.</param>
/// <param name="Weights">Elements of its weights, without the bias.</param>
/// <param name="MostOfOneOutput">k: the most inputs that one output is joined to.</param>
public sealed record LayerConnections(long Inputs, long Outputs, long Connections, long Weights, long MostOfOneOutput)
{
    /// <summary>What a fully connected layer has, connections and weights alike: m · n.</summary>
    public long Dense => checked(Inputs * Outputs);

    /// <summary>What a locally connected layer has, connections and weights alike: one weight a connection, at most k · n.</summary>
    public long Local => Connections;

    /// <summary>How many connections share one weight, on average.</summary>
    public double Sharing => (double)Connections / Weights;
}

/// <summary>
/// A linear layer as the matrix that it is: outputs by inputs, in row-major order of their axes. For a convolution it is a Toeplitz matrix:
/// the same weight again and again along its diagonals.
/// </summary>
public sealed class LayerMatrix
{
    readonly double[] _values;
    readonly int[] _weights;

    internal LayerMatrix(Dims inputShape, Dims outputShape, double[] values, int[] weights)
    {
        InputShape = inputShape;
        OutputShape = outputShape;
        Columns = (int)inputShape.Product();
        Rows = (int)outputShape.Product();
        _values = values;
        _weights = weights;
    }

    /// <summary>The shape of one input.</summary>
    public Dims InputShape { get; }

    /// <summary>The shape of one output.</summary>
    public Dims OutputShape { get; }

    /// <summary>n: the elements of one output.</summary>
    public int Rows { get; }

    /// <summary>m: the elements of one input.</summary>
    public int Columns { get; }

    /// <summary>What an input is multiplied by on its way to an output.</summary>
    public double this[int output, int input] => _values[Place(output, input)];

    /// <summary>Which element of the layer's weight joins them, in row-major order; −1 where nothing does.</summary>
    public int WeightAt(int output, int input) => _weights[Place(output, input)];

    /// <summary>Pairs that a weight joins.</summary>
    public long Connections => _weights.LongCount(w => w >= 0);

    /// <summary>Different weights in the matrix.</summary>
    public int DistinctWeights => _weights.Where(w => w >= 0).Distinct().Count();

    /// <summary>The product with an input, without the bias.</summary>
    public double[] Multiply(ReadOnlySpan<double> input)
    {
        if (input.Length != Columns)
            throw new ArgumentException($"The matrix has {Columns} columns; the input has {input.Length} elements.");
        double[] output = new double[Rows];
        for (int o = 0; o < Rows; o++)
        {
            double sum = 0;
            for (int i = 0; i < Columns; i++) sum += _values[o * Columns + i] * input[i];
            output[o] = sum;
        }
        return output;
    }

    /// <summary>Rows and columns exchanged: what carries gradients back, and what the transposed layer is.</summary>
    public LayerMatrix Transpose()
    {
        double[] values = new double[_values.Length];
        int[] weights = new int[_weights.Length];
        for (int o = 0; o < Rows; o++)
            for (int i = 0; i < Columns; i++)
            {
                values[i * Rows + o] = _values[o * Columns + i];
                weights[i * Rows + o] = _weights[o * Columns + i];
            }
        return new(OutputShape, InputShape, values, weights);
    }

    int Place(int output, int input)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)Rows, nameof(output));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input, (uint)Columns, nameof(input));
        return output * Columns + input;
    }
}

public static partial class Analysis
{
    /// <summary>The most elements that <see cref="Matrix"/> makes.</summary>
    public const int LargestMatrix = 1 << 22;

    /// <summary>
    /// The matrix of a linear layer (a convolution, a transposed, a locally or a fully connected one), found by sending every unit vector
    /// through the layer itself.
    /// </summary>
    /// <param name="layer">A built module with one weight, alone or in a model. A bias is left out.</param>
    /// <param name="inputShape">One input's shape without the batch axis; null for the shape it was built for.</param>
    /// <exception cref="ArgumentException">
    /// The layer has no or several weights, is not linear, joins a pair by several weights, or the matrix would be too large.
    /// </exception>
    public static LayerMatrix Matrix(Module layer, Shape? inputShape = null)
    {
        var probe = new LinearLayer(layer, inputShape);
        long inputs = probe.InputShape.Product(), outputs = probe.OutputShape.Product();
        if (inputs * outputs > LargestMatrix)
            throw new ArgumentException($"The matrix of {layer} would have {outputs} x {inputs} elements: at most {LargestMatrix}. "
                + "Take a smaller input, or Connections.");
        // By unit vectors every weight comes to light where it stands: numbered once by k, once by k², to see that it is a single one.
        double[] values = probe.Columns(w => w), ones = probe.Columns(_ => _.Full(1));
        double[] first = probe.Columns(w => Numbers(w.Shape, k => k)), second = probe.Columns(w => Numbers(w.Shape, k => (double)k * k));
        int[] weights = new int[values.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = ones[i] == 0 ? -1 : (int)first[i];
            if (ones[i] is not (0 or 1) || ones[i] == 1 && second[i] != first[i] * first[i])
                throw new ArgumentException($"{layer} joins an input and an output by several weights: no entry is one weight.");
        }
        return new(probe.InputShape, probe.OutputShape, values, weights);

        static Tensor Numbers(Shape shape, Func<int, double> number) =>
            Tensor.From(Enumerable.Range(0, (int)shape.Count.Value).Select(number).ToArray(), shape);
    }

    /// <summary>
    /// Connections and weights of a linear layer, counted from the layer itself: with every weight and every input 1, each output is the
    /// number of its connections.
    /// </summary>
    /// <param name="layer">A built module with one weight.</param>
    /// <param name="inputShape">One input's shape without the batch axis; null for the shape it was built for.</param>
    /// <exception cref="ArgumentException">The layer has no or several weights, or is not linear.</exception>
    public static LayerConnections Connections(Module layer, Shape? inputShape = null)
    {
        var probe = new LinearLayer(layer, inputShape);
        double[] counts = probe.Run(w => w.Full(1), Tensor.Ones([1, .. ((Shape)probe.InputShape).AsSpan()]));
        return new(probe.InputShape.Product(), counts.Length, (long)counts.Sum(), probe.WeightCount, (long)counts.Max());
    }
}
