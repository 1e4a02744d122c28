using Fovea.Modules;

namespace Fovea;

/// <summary>
/// A matrix of few entries, row by row (compressed sparse rows): a convolution as the Toeplitz matrix that it is, without its zeros.
/// </summary>
public sealed class SparseMatrix
{
    readonly int[] _starts, _columns;
    readonly float[] _values;

    internal SparseMatrix(int columns, int[] starts, int[] entries, float[] values)
    {
        Columns = columns;
        _starts = starts;
        _columns = entries;
        _values = values;
    }

    /// <summary>How many rows.</summary>
    public int Rows => _starts.Length - 1;

    /// <summary>How many columns.</summary>
    public int Columns { get; }

    /// <summary>How many entries are stored.</summary>
    public int Entries => _values.Length;

    /// <summary>The columns and values of one row.</summary>
    public IEnumerable<(int Column, float Value)> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        for (int i = _starts[row]; i < _starts[row + 1]; i++) yield return (_columns[i], _values[i]);
    }

    /// <summary>The product with a vector.</summary>
    public float[] Multiply(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Columns) throw new ArgumentException($"The matrix has {Columns} columns; the vector has {vector.Length}.");
        float[] product = new float[Rows];
        for (int row = 0; row < product.Length; row++)
        {
            double sum = 0;
            for (int i = _starts[row]; i < _starts[row + 1]; i++) sum += (double)_values[i] * vector[_columns[i]];
            product[row] = (float)sum;
        }
        return product;
    }
}

/// <summary>A convolution as a sparse matrix, and how far the two were apart on a probe.</summary>
/// <param name="Matrix">Flat outputs by flat inputs.</param>
/// <param name="Difference">The largest absolute difference on random inputs, the bias left out.</param>
/// <param name="Scale">The largest absolute output.</param>
public sealed record SparseConversion(SparseMatrix Matrix, double Difference, double Scale);

public static partial class Analysis
{
    /// <summary>
    /// A convolution as a sparse Toeplitz matrix over flat inputs: an entry a connection, where <see cref="ToLinear"/> stores m · n.
    /// </summary>
    /// <param name="layer">A built convolution.</param>
    /// <param name="height">The height of the inputs it is converted for.</param>
    /// <param name="width">Their width.</param>
    /// <exception cref="ArgumentException">The matrix would have more than 2³⁰ entries.</exception>
    public static SparseConversion ToSparse(this Conv2d layer, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(layer);
        int channels = (int)layer.Weight.Shape[1] * layer.Groups;
        var geometry = GeometryOf<Ops.Convolution>(layer, [channels, height, width]).Geometry;
        if (layer.Kernel.Count != 2) throw new InvalidOperationException("A Conv2d has two spatial axes.");
        var windows = WindowsOf(geometry, layer.Kernel);
        int rows = windows[0].OutputSize(height), columns = windows[1].OutputSize(width);
        int kernelHeight = layer.Kernel[0], kernelWidth = layer.Kernel[1];
        int inputsOfGroup = channels / layer.Groups, outputsOfGroup = layer.Channels / layer.Groups;
        long most = (long)layer.Channels * rows * columns * inputsOfGroup * kernelHeight * kernelWidth;
        if (most > 1 << 30) throw new ArgumentException($"The matrix would have up to {most} entries: take a smaller input.");
        float[] weight = layer.Weight.Read().ToArray();
        var starts = new List<int> { 0 };
        List<int> entries = [];
        List<float> values = [];
        for (int o = 0; o < layer.Channels; o++)
            for (int y = 0; y < rows; y++)
                for (int x = 0; x < columns; x++)
                {
                    for (int c = 0; c < inputsOfGroup; c++)
                        for (int ky = 0; ky < kernelHeight; ky++)
                            for (int kx = 0; kx < kernelWidth; kx++)
                            {
                                int row = y * windows[0].Stride - windows[0].PadBegin + ky * windows[0].Dilation;
                                int column = x * windows[1].Stride - windows[1].PadBegin + kx * windows[1].Dilation;
                                if ((uint)row >= (uint)height || (uint)column >= (uint)width) continue;
                                entries.Add(((o / outputsOfGroup * inputsOfGroup + c) * height + row) * width + column);
                                values.Add(weight[((o * inputsOfGroup + c) * kernelHeight + ky) * kernelWidth + kx]);
                            }
                    starts.Add(entries.Count);
                }
        var matrix = new SparseMatrix(channels * height * width, [.. starts], [.. entries], [.. values]);
        var probe = SampleValue.Normal<float>([1, channels, height, width], seed: 1).ToTensor();
        float[] expected = Tensor.Apply(new Ops.Convolution(geometry), probe, layer.Weight.Read()).ToArray();
        var (difference, scale) = Distance(matrix.Multiply(probe.AsSpan()), expected);
        return new(matrix, difference, scale);
    }
}
