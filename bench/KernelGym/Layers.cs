using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.KernelGym;

/// <summary>A convolution to time.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Geometry">Stride, padding, dilation and groups.</param>
/// <param name="Input">N, C, spatial.</param>
/// <param name="Weight">O, C/groups, kernel.</param>
sealed record Layer(string Name, ConvolutionGeometry Geometry, Dims Input, Dims Weight)
{
    /// <summary>A two-dimensional layer with square maps, kernels and strides.</summary>
    public static Layer Square(int images, int inputs, int outputs, int map, int kernel, int stride = 1, int padding = -1, int groups = 1,
        int dilation = 1)
    {
        if (padding < 0) padding = dilation * (kernel - 1) / 2;
        string details = (stride > 1 ? $" s{stride}" : "") + (dilation > 1 ? $" d{dilation}" : "") + (groups > 1 ? $" g{groups}" : "");
        return new($"{kernel}x{kernel}{details} {inputs}->{outputs} {map}x{map} b{images}",
            ConvolutionGeometry.Of(2, [stride], [padding], [dilation], groups),
            [images, inputs, map, map], [outputs, inputs / groups, kernel, kernel]);
    }

    /// <summary>A one-dimensional layer.</summary>
    public static Layer Line(int images, int inputs, int outputs, int length, int kernel, int padding = 0, int dilation = 1) => new(
        $"{kernel} {(dilation > 1 ? $"d{dilation} " : "")}{inputs}->{outputs} {length} b{images}",
        ConvolutionGeometry.Of(1, [], [padding], [dilation]), [images, inputs, length], [outputs, inputs, kernel]);

    /// <summary>A three-dimensional layer with cubic kernels and strides.</summary>
    public static Layer Volume(int images, int inputs, int outputs, int depth, int map, int kernel, int stride = 1) => new(
        $"{kernel}x{kernel}x{kernel}{(stride > 1 ? $" s{stride}" : "")} {inputs}->{outputs} {depth}x{map}x{map} b{images}",
        ConvolutionGeometry.Of(3, [stride], [kernel / 2], []), [images, inputs, depth, map, map],
        [outputs, inputs, kernel, kernel, kernel]);

    /// <summary>N, O, spatial.</summary>
    public Dims Output => new([Input[0], Weight[0], .. Enumerable.Range(0, Geometry.Rank)
        .Select(i => (int)Geometry.OutputSize(i, Input[i + 2], Weight[i + 2]).Value)]);

    /// <summary>Two for each multiply-add, padding counted as PyTorch and ONNX Runtime count it.</summary>
    public double Operations => 2.0 * Output.Product() * Weight.Product() / Weight[0];
}

/// <summary>Times convolutions and their input gradients, packing included.</summary>
static class Layers
{
    /// <summary>The layers of the measured networks, and a few that try the edges.</summary>
    public static Layer[] All =>
    [
        Layer.Square(32, 64, 64, 32, 3), Layer.Square(32, 128, 128, 16, 3), Layer.Square(32, 256, 256, 8, 3),
        Layer.Square(32, 512, 512, 4, 3),
        Layer.Square(32, 64, 128, 32, 3, 2), Layer.Square(32, 128, 256, 16, 3, 2), Layer.Square(32, 256, 512, 8, 3, 2),
        Layer.Square(32, 64, 128, 32, 1, 2), Layer.Square(32, 256, 512, 8, 1, 2),
        Layer.Square(64, 1, 32, 28, 5), Layer.Square(64, 32, 64, 14, 5), Layer.Square(32, 3, 64, 32, 3), Layer.Square(1, 3, 64, 224, 7, 2),
        Layer.Square(1, 64, 64, 56, 3), Layer.Square(1, 256, 256, 14, 3), Layer.Square(1, 512, 512, 7, 3),
        Layer.Square(1, 256, 64, 56, 1), Layer.Square(1, 64, 256, 56, 1), Layer.Square(1, 2048, 512, 7, 1),
        Layer.Square(1, 512, 2048, 7, 1), Layer.Square(1, 21, 21, 64, 3, dilation: 4), Layer.Square(1, 256, 256, 28, 3, dilation: 2),
        Layer.Square(1, 128, 128, 28, 3, groups: 4),
        Layer.Line(64, 300, 100, 56, 5), Layer.Line(32, 300, 300, 64, 3, 1), Layer.Line(32, 300, 300, 64, 3, 2, 2),
        Layer.Square(16, 256, 512, 8, 4, 2, 1), Layer.Square(16, 64, 128, 32, 4, 2, 1), Layer.Square(16, 3, 64, 64, 4, 2, 1),
        Layer.Square(1, 144, 144, 56, 3, groups: 144), Layer.Square(1, 96, 96, 112, 3, 2, groups: 96),
        Layer.Square(8, 576, 576, 14, 3, groups: 576),
        Layer.Square(1, 128, 128, 28, 3, groups: 32),
        Layer.Volume(2, 3, 64, 16, 56, 3), Layer.Volume(1, 64, 64, 8, 28, 3), Layer.Volume(1, 64, 128, 8, 28, 3, 2),
        Layer.Volume(1, 256, 256, 4, 7, 3), Layer.Volume(1, 64, 64, 8, 28, 1),
    ];

    /// <summary>Prints a table of the kernels of an instruction set, with the ceiling before and after: the clock drifts.</summary>
    public static void Print(string instructionSet, Func<double> ceiling, string filter)
    {
        double peak = ceiling();
        Console.WriteLine($"{instructionSet}: registers {Ceiling.Registers():F0} GF/s; micro-kernel, data in L1: {peak:F0} GF/s = 100 %");
        Console.WriteLine("| layer | kernel | forward GF/s | % | 2 threads | kernel | input gradient GF/s | % | 2 threads |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var layer in All.Where(l => l.Name.Contains(filter, StringComparison.Ordinal)))
        {
            BoundType image = Type(layer.Input), weight = Type(layer.Weight), bias = Type([layer.Weight[0]]), result = Type(layer.Output);
            var forward = Time(layer, instructionSet, new Convolution(layer.Geometry), new([image, weight, bias], [result]), peak);
            var gradient = Time(layer, instructionSet, new TransposedConvolution(layer.Geometry, new([.. layer.Input.AsSpan()[2..]])),
                new([result, weight], [image]), peak);
            for (int i = 0; i < Math.Max(forward.Count, gradient.Count); i++)
            {
                string first = forward.ElementAtOrDefault(i) ?? " | | | ", second = gradient.ElementAtOrDefault(i) ?? " | | | ";
                Console.WriteLine($"| {(i == 0 ? layer.Name : "")} | {first} | {second} |");
            }
        }
        Console.WriteLine($"micro-kernel, data in L1, at the end: {ceiling():F0} GF/s");
    }

    static BoundType Type(Dims sizes) => new(ElementType.Float32, sizes, Layout.RowMajor);

    static List<string> Time(Layer layer, string instructionSet, Op op, KernelCase open, double peak)
    {
        var rows = new List<string>();
        foreach (var kernel in CpuKernels.For(op))
        {
            if (!kernel.Name.EndsWith("." + instructionSet, StringComparison.Ordinal) || !kernel.Supports(op, open)) continue;
            var (one, two) = KernelTimer.Seconds(kernel, op, open);
            double speed = layer.Operations / one / 1e9;
            rows.Add($"{kernel.Name[(kernel.Name.IndexOf('.') + 1)..]} | {speed:F0} | {100 * speed / peak:F0} | ×{one / two:F2}");
        }
        return rows;
    }
}
