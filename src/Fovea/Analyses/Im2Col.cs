using System.Diagnostics;
using System.Globalization;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A convolution as one product of matrices: kernels O × (C·k²) times columns (C·k²) × (N·places) is O × (N·places).</summary>
/// <param name="Columns">One window a column: channel after channel, tap after tap; images one after the other.</param>
/// <param name="Kernels">One kernel a row.</param>
/// <param name="Product">One output channel a row.</param>
/// <param name="Output">The product as the convolution's output N, O, spatial.</param>
/// <param name="Difference">The largest absolute difference from the convolution itself.</param>
/// <param name="ImageBytes">Bytes of the images.</param>
/// <param name="ColumnBytes">Bytes of the columns: up to k² times as many.</param>
public sealed record Im2ColForm(
    double[,] Columns, double[,] Kernels, double[,] Product, Tensor Output, double Difference, long ImageBytes, long ColumnBytes)
{
    /// <summary>The images N, C, spatial.</summary>
    public required Tensor Images { get; init; }

    /// <summary>The kernels O, C, spatial.</summary>
    public required Tensor Weight { get; init; }

    /// <summary>The arithmetic of the windows, one entry a spatial axis.</summary>
    public required IReadOnlyList<WindowArithmetic> Windows { get; init; }

    /// <summary>The kernel's sizes.</summary>
    public Dims KernelSizes => Weight.Shape.Slice(2, Weight.Rank - 2).ToDims();

    /// <summary>The images' sizes, for a title.</summary>
    public string ImageText => Text(Images.Shape);

    /// <summary>The kernels' sizes, for a title.</summary>
    public string KernelText => Text(Weight.Shape);

    /// <summary>The output's sizes, for a title.</summary>
    public string OutputText => Text(Output.Shape);

    internal static string Text(Shape shape) => string.Join('×', shape.Select(d => d.Value.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A convolution directly and by im2col, on this machine.</summary>
/// <param name="DirectMilliseconds">The median time of the direct kernel.</param>
/// <param name="Im2ColMilliseconds">The median time of unfolding and the matrix product.</param>
/// <param name="ImageBytes">Bytes of the input.</param>
/// <param name="ColumnBytes">Bytes of its columns.</param>
public sealed record Im2ColTimes(double DirectMilliseconds, double Im2ColMilliseconds, long ImageBytes, long ColumnBytes);

public static partial class Analysis
{
    /// <summary>Writes a convolution out as im2col and one matrix product, every number kept (Chellapilla and others, 2006).</summary>
    /// <param name="images">Images N, C, spatial.</param>
    /// <param name="weight">Kernels O, C, spatial.</param>
    /// <param name="stride">One entry an axis, or one for all; none is 1.</param>
    /// <param name="padding">Zeros at both ends; none is 0.</param>
    /// <param name="dilation">Pixels from tap to tap; none is 1.</param>
    /// <exception cref="ArgumentException">The columns would have more than <see cref="LargestMatrix"/> elements.</exception>
    public static Im2ColForm Im2Col(Tensor images, Tensor weight, Dims stride = default, Padding padding = default, Dims dilation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(weight);
        Tensor x = images.Cast(ElementType.Float64), w = weight.Cast(ElementType.Float64);
        var direct = x.Convolution(w, null, stride, padding, dilation);
        var geometry = ((Ops.Convolution)direct.Node!.Op).Geometry;
        int count = (int)x.Shape[0], outputs = (int)w.Shape[0];
        long taps = w.Shape[1].Value * w.Shape.Slice(2, w.Rank - 2).Count.Value;
        long places = direct.Shape.Slice(2, direct.Rank - 2).Count.Value;
        if (taps * places * count > LargestMatrix)
            throw new ArgumentException($"The columns would have {taps} x {places * count} elements: at most {LargestMatrix}.");
        var unfolded = x.Unfold(w.Shape.Slice(2, w.Rank - 2).ToDims(), stride, padding, dilation);        // N, C·k², places
        var columns = unfolded.Transpose(1, 0, 2).Reshape((int)taps, (int)places * count);
        var kernels = w.Reshape(outputs, (int)taps);
        var product = kernels.MatMul(columns);
        var output = product.Reshape(outputs, count, (int)places).Transpose(1, 0, 2).Reshape(direct.Shape);
        return new(Table(columns), Table(kernels), Table(product), output, Largest(output - direct),
            images.Shape.Count.Value * images.ElementType.Size(), taps * places * count * images.ElementType.Size())
        {
            Images = images,
            Weight = weight,
            Windows = WindowsOf(geometry, w.Shape.Slice(2, w.Rank - 2).ToDims()),
        };
    }

    /// <summary>
    /// Runs a convolution directly and by im2col in turns, and gives the median time of each with the bytes of the columns.
    /// </summary>
    /// <param name="layer">A built convolution.</param>
    /// <param name="batch">Inputs at a time.</param>
    /// <param name="inputShape">One input's shape; null for the shape it was built for.</param>
    /// <param name="runs">How often each is run.</param>
    public static Im2ColTimes CompareIm2Col(Conv layer, int batch = 1, Shape? inputShape = null, int runs = 15)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        var geometry = GeometryOf<Ops.Convolution>(layer, inputShape).Geometry;
        if (geometry.Groups != 1) throw new ArgumentException($"{layer} has {geometry.Groups} groups: im2col is shown for one.");
        var shape = Shape.Concat([batch], inputShape ?? layer.InputShape!);
        var weight = layer.Weight.Read();
        int outputs = (int)weight.Shape[0], taps = (int)(weight.Shape.Count.Value / outputs);
        var unfold = new Ops.Unfold(geometry, layer.Kernel);
        var direct = Function.Compile((Tensor x) => Tensor.Apply(new Ops.Convolution(geometry), x, weight), Mode.Inference);
        // The columns are an output: they are written out in full, as im2col has it.
        var columns = Function.Compile((Tensor x) => Tensor.Apply(unfold, x), Mode.Inference);
        var product = Function.Compile((Tensor c) => weight.Reshape(1, outputs, taps).MatMul(c), Mode.Inference);
        var example = SampleValue.Normal<float>(shape.ToDims(), seed: 1).ToTensor();
        var image = direct.Bind(example);
        var first = columns.Bind(example);
        var second = product.Bind(columns.Run(example));
        double[] directly = new double[runs], byColumns = new double[runs];
        image.Run();
        first.Run();
        second.Run();
        for (int run = 0; run < runs; run++)
        {
            directly[run] = Milliseconds(image.Run);
            byColumns[run] = Milliseconds(() =>
            {
                first.Run();
                first.Output.AsSpan().CopyTo(second.Input.Buffer<float>());
                second.Run();
            });
        }
        Array.Sort(directly);
        Array.Sort(byColumns);
        return new(directly[runs / 2], byColumns[runs / 2], example.Shape.Count.Value * sizeof(float),
            first.Output.Shape.Count.Value * sizeof(float));
    }

    static double Milliseconds(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    static double[,] Table(Tensor matrix)
    {
        double[] values = matrix.ToArray<double>();
        double[,] table = new double[(int)matrix.Shape[0], (int)matrix.Shape[1]];
        Buffer.BlockCopy(values, 0, table, 0, values.Length * sizeof(double));
        return table;
    }
}
