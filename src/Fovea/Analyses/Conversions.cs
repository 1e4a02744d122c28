using Fovea.Analyses;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A layer or model in another form, and how far the two were apart on a probe.</summary>
/// <param name="Module">The other form, built.</param>
/// <param name="Difference">The largest absolute difference between the outputs of both on the probe: a batch of random inputs.</param>
/// <param name="Scale">The largest absolute output: what the difference is to be measured by.</param>
/// <param name="ExactDifference">
/// The same in double precision, by the reference kernels: rounding apart, the two are one function. Null where that would take long.
/// </param>
public sealed record Conversion<TModule>(TModule Module, double Difference, double Scale, double? ExactDifference) where TModule : Module;

/// <summary>How a model that slides over a larger input differs from the model applied to each window of it.</summary>
/// <param name="Places">The sizes of the score map.</param>
/// <param name="Stride">Pixels from window to window.</param>
/// <param name="Differences">The largest absolute difference of the scores of each place, in row-major order.</param>
/// <param name="Scale">The largest absolute score.</param>
public sealed record SlidingDifference(Dims Places, Dims Stride, IReadOnlyList<double> Differences, double Scale)
{
    /// <summary>The largest of all.</summary>
    public double Largest => Differences.Max();
}

public static partial class Analysis
{
    const int Probes = 3;

    // Reference kernels take a nanosecond or more for each: about a tenth of a second.
    const long MultiplyAddsOfExactProbes = 100_000_000;

    /// <summary>
    /// A fully connected layer over C·H·W features as a convolution with kernels as large as the map: 7×7×512 → 4096 is 4096 kernels of
    /// 7×7; over 1×1 maps its kernels are 1×1. The weights are the same numbers in the same order.
    /// </summary>
    /// <param name="layer">A built layer.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ShapeMismatchException">C · H · W is not the number of its inputs.</exception>
    public static Conversion<Conv2d> ToConv2d(this Linear layer, int channels, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(layer);
        long features = layer.Weight.Shape[1].Value;
        if ((long)channels * height * width != features)
            throw new ShapeMismatchException($"{layer} has {features} inputs; {channels} x {height} x {width} are "
                + $"{(long)channels * height * width}: name the map that was flattened.");
        var convolution = new Conv2d(layer.Features, [height, width], bias: layer.Bias is not null);
        convolution.Build([channels, height, width]);
        convolution.Weight.Assign(layer.Weight.Read().Reshape(layer.Features, channels, height, width));
        if (layer.Bias is { } bias) convolution.Bias!.Assign(bias.Read().Reshape(layer.Features));
        return Compare(layer, convolution, Probe([channels, height, width]), flattenOriginal: true, exact: null);
    }

    /// <summary>
    /// A convolution as a fully connected layer over flat inputs: its weight is the Toeplitz matrix, mostly zeros and repeated numbers.
    /// </summary>
    /// <param name="layer">A built convolution.</param>
    /// <param name="height">The height of the inputs it is converted for.</param>
    /// <param name="width">Their width.</param>
    /// <exception cref="ArgumentException">The matrix would have more than <see cref="LargestMatrix"/> elements.</exception>
    public static Conversion<Linear> ToLinear(this Conv2d layer, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(layer);
        int channels = (int)layer.Weight.Shape[1] * layer.Groups;
        var matrix = Matrix(layer, [channels, height, width]);
        float[] weights = new float[matrix.Rows * matrix.Columns];
        for (int o = 0; o < matrix.Rows; o++)
            for (int i = 0; i < matrix.Columns; i++) weights[o * matrix.Columns + i] = (float)matrix[o, i];
        var linear = new Linear(matrix.Rows, bias: layer.Bias is not null);
        linear.Build([matrix.Columns]);
        linear.Weight.Assign(Tensor.From(weights, [matrix.Rows, matrix.Columns]));
        if (layer.Bias is { } bias)
        {
            float[] each = bias.Read().ToArray();
            int pixels = matrix.Rows / each.Length;
            linear.Bias!.Assign(Tensor.From(Enumerable.Range(0, matrix.Rows).Select(o => each[o / pixels]).ToArray(), [matrix.Rows]));
        }
        return Compare(layer, linear, Probe([channels, height, width]), flattenConverted: true, exact: null);
    }

    /// <summary>
    /// The same network as a fully convolutional one, which takes inputs of any size from its own on and gives a map of scores N, classes,
    /// places. Flattening disappears, fully connected layers become convolutions, global pooling becomes pooling over windows.
    /// </summary>
    /// <param name="model">A built model of images, sequences or volumes.</param>
    /// <param name="exact">Whether both are also compared in double precision; null: where that is quick.</param>
    /// <exception cref="UnsupportedOperatorException">An operator does not convert; named with its layer and the cause.</exception>
    public static Conversion<GraphModule> ToFullyConvolutional(this Module model, bool? exact = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Compare(model, FullyConvolutional.Of(model), Probe(model.InputShape!.ToDims()), exact: exact);
    }

    /// <summary>
    /// Holds the score map of a fully convolutional network to the original applied to every window of the image. They are equal where the
    /// network does not pad; padding shows each window zeros where the larger image has pixels.
    /// </summary>
    /// <param name="model">The original, built for the size of a window.</param>
    /// <param name="converted">Its fully convolutional form.</param>
    /// <param name="image">One image, C and spatial axes, at least as large as a window.</param>
    public static SlidingDifference CompareSliding(Module model, GraphModule converted, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(converted);
        ArgumentNullException.ThrowIfNull(image);
        var window = model.InputShape!.ToDims();
        var map = converted.Forward(image.Unsqueeze(0));
        int rank = window.Count - 1, classes = (int)map.Shape[1];
        var jump = ReceptiveField(converted, inputShape: image.Shape).Axes;
        Dims places = map.Shape.Slice(2, rank).ToDims();
        Dims stride = new([.. Enumerable.Range(0, rank).Select(axis => jump[axis].Jump is { } pixels && pixels == Math.Floor(pixels)
            ? (int)pixels : throw new ArgumentException("The network does not step by whole pixels: its windows are no windows."))]);
        float[] scores = map.ToArray();
        int count = (int)places.Product();
        double[] differences = new double[count];
        double scale = 0;
        for (int place = 0; place < count; place++)
        {
            var crop = image;
            int rest = place;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                crop = crop.Slice(axis + 1, rest % places[axis] * stride[axis], window[axis + 1]);
                rest /= places[axis];
            }
            float[] expected = model.Forward(crop.Unsqueeze(0)).ToArray();
            for (int c = 0; c < classes; c++)
            {
                differences[place] = Math.Max(differences[place], Math.Abs(expected[c] - scores[c * count + place]));
                scale = Math.Max(scale, Math.Abs(expected[c]));
            }
        }
        return new(places, stride, differences, scale);
    }

    static Tensor Probe(Dims shape)
    {
        // Numbers of a fixed seed: a conversion says the same twice.
        Dims sizes = [Probes, .. shape];
        return SampleValue.Normal<float>(sizes, seed: 1).ToTensor();
    }

    static Conversion<TModule> Compare<TModule>(Module original, TModule converted, Tensor x, bool flattenOriginal = false,
        bool flattenConverted = false, bool? exact = null) where TModule : Module
    {
        Tensor first = flattenOriginal ? x.Flatten() : x, second = flattenConverted ? x.Flatten() : x;
        Tensor expected = original.Forward(first).Flatten(), actual = converted.Forward(second).Flatten();
        Tensor.Evaluate(expected, actual);
        var (difference, scale) = Distance(actual.ToArray(), expected.ToArray());
        bool inDouble = exact ?? Probes * Summary(original).MultiplyAdds <= MultiplyAddsOfExactProbes;
        return new(converted, difference, scale, inDouble ? Largest(Exactly(original, first) - Exactly(converted, second)) : null);

        static Tensor Exactly(Module module, Tensor input)
        {
            var replay = new Replay(module, ElementType.Float64, input.Shape.Slice(1, input.Rank - 1));
            return replay.Run(input).Values[replay.Program.Output].Flatten();
        }
    }

    internal static (double Difference, double Scale) Distance(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double difference = 0, scale = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }
        return (difference, scale);
    }
}
