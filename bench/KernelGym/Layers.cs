using System.Diagnostics;
using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.KernelGym;

/// <summary>A convolution to time.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Sizes">Its sizes.</param>
sealed record Layer(string Name, ConvolutionSizes Sizes)
{
    /// <summary>A two-dimensional layer with square maps, kernels and strides.</summary>
    public static Layer Square(int images, int inputs, int outputs, int map, int kernel, int stride = 1, int padding = -1, int groups = 1, int dilation = 1)
    {
        if (padding < 0) padding = dilation * (kernel - 1) / 2;
        int output = (map + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        string details = (stride > 1 ? $" s{stride}" : "") + (dilation > 1 ? $" d{dilation}" : "") + (groups > 1 ? $" g{groups}" : "");
        return new($"{kernel}x{kernel}{details} {inputs}->{outputs} {map}x{map} b{images}", new(
            images, groups, inputs, outputs, new(1, map, map), new(1, output, output), new(1, kernel, kernel),
            new(1, stride, stride), new(1, dilation, dilation), new(0, padding, padding)));
    }

    /// <summary>A one-dimensional layer.</summary>
    public static Layer Line(int images, int inputs, int outputs, int length, int kernel, int padding = 0, int dilation = 1)
    {
        int output = length + 2 * padding - dilation * (kernel - 1);
        return new($"{kernel} {(dilation > 1 ? $"d{dilation} " : "")}{inputs}->{outputs} {length} b{images}", new(
            images, 1, inputs, outputs, new(1, 1, length), new(1, 1, output), new(1, 1, kernel),
            Spatial.One, new(1, 1, dilation), new(0, 0, padding)));
    }

    /// <summary>Two for each multiply-add, padding counted as PyTorch and ONNX Runtime count it.</summary>
    public double Operations => 2.0 * Sizes.Images * Sizes.Output.Count * Sizes.OutputChannels * Sizes.GroupInputs * Sizes.Kernel.Count;
}

/// <summary>Times the direct convolution and its input gradient on one thread, packing included.</summary>
static unsafe class Layers
{
    /// <summary>The layers of the measured networks, and a few that try the edges.</summary>
    public static Layer[] All =>
    [
        Layer.Square(32, 64, 64, 32, 3), Layer.Square(32, 128, 128, 16, 3), Layer.Square(32, 256, 256, 8, 3), Layer.Square(32, 512, 512, 4, 3),
        Layer.Square(32, 64, 128, 32, 3, 2), Layer.Square(32, 128, 256, 16, 3, 2), Layer.Square(32, 256, 512, 8, 3, 2),
        Layer.Square(32, 64, 128, 32, 1, 2), Layer.Square(32, 256, 512, 8, 1, 2),
        Layer.Square(64, 1, 32, 28, 5), Layer.Square(64, 32, 64, 14, 5), Layer.Square(32, 3, 64, 32, 3), Layer.Square(1, 3, 64, 224, 7, 2),
        Layer.Square(1, 64, 64, 56, 3), Layer.Square(1, 256, 256, 14, 3), Layer.Square(1, 512, 512, 7, 3),
        Layer.Square(1, 256, 64, 56, 1), Layer.Square(1, 64, 256, 56, 1), Layer.Square(1, 2048, 512, 7, 1), Layer.Square(1, 512, 2048, 7, 1),
        Layer.Square(1, 21, 21, 64, 3, dilation: 4), Layer.Square(1, 256, 256, 28, 3, dilation: 2), Layer.Square(1, 128, 128, 28, 3, groups: 4),
        Layer.Line(64, 300, 100, 56, 5), Layer.Line(32, 300, 300, 64, 3, 1), Layer.Line(32, 300, 300, 64, 3, 2, 2),
        Layer.Square(16, 256, 512, 8, 4, 2, 1), Layer.Square(16, 64, 128, 32, 4, 2, 1),
    ];

    /// <summary>Prints a table, with the ceiling before and after: the clock drifts.</summary>
    public static void Print<T>(IEnumerable<Layer> layers) where T : struct, IMicroKernel
    {
        double ceiling = Ceiling.MicroKernel<T>(T.Rows, T.Columns, 256);
        Console.WriteLine($"{T.Name}: registers {Ceiling.Registers():F0} GF/s; micro-kernel, data in L1: {ceiling:F0} GF/s = 100 %");
        Console.WriteLine("| layer | forward GF/s | % | packing % of time | input gradient GF/s | % | packing % of time |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var layer in layers)
        {
            var (forward, pack) = Forward<T>(layer);
            var (gradient, gradientPack) = InputGradient<T>(layer);
            Console.WriteLine($"| {layer.Name} | {forward:F0} | {100 * forward / ceiling:F0} | {100 * pack:F0} | {gradient:F0} | {100 * gradient / ceiling:F0} | {100 * gradientPack:F0} |");
        }
        Console.WriteLine($"micro-kernel, data in L1, at the end: {Ceiling.MicroKernel<T>(T.Rows, T.Columns, 256):F0} GF/s");
    }

    /// <summary>GF/s of one pass: best of the runs that fit in about a tenth of a second.</summary>
    public static (double Best, double PackShare) Forward<T>(Layer layer) where T : struct, IMicroKernel
        => Time(layer, TiledConvolution<T>.Forward(layer.Sizes, hasBias: true),
            (long)layer.Sizes.Images * layer.Sizes.InputChannels * layer.Sizes.Input.Count,
            (long)layer.Sizes.Images * layer.Sizes.OutputChannels * layer.Sizes.Output.Count);

    /// <summary>The same for the input gradient.</summary>
    public static (double Best, double PackShare) InputGradient<T>(Layer layer) where T : struct, IMicroKernel
        => Time(layer, TiledConvolution<T>.InputGradient(layer.Sizes, hasBias: false),
            (long)layer.Sizes.Images * layer.Sizes.OutputChannels * layer.Sizes.Output.Count,
            (long)layer.Sizes.Images * layer.Sizes.InputChannels * layer.Sizes.Input.Count);

    static (double, double) Time<T>(Layer layer, TiledConvolution<T> convolution, long sourceCount, long targetCount) where T : struct, IMicroKernel
    {
        var sizes = layer.Sizes;
        float* source = Memory.Random(sourceCount, 1), target = Memory.Random(targetCount, 2);
        float* weights = Memory.Random((long)sizes.OutputChannels * sizes.GroupInputs * sizes.Kernel.Count, 3);
        float* bias = Memory.Random(Math.Max(sizes.OutputChannels, sizes.InputChannels), 4);
        byte* scratch = (byte*)NativeMemory.AlignedAlloc((nuint)convolution.ScratchBytes, 64);
        byte* walker = (byte*)NativeMemory.AlignedAlloc((nuint)convolution.WalkerScratchBytes, 64);
        double best = double.PositiveInfinity, pack = 0;
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 4;
        for (int i = 0; i < 5 || Stopwatch.GetTimestamp() < end; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int p = 0; p < convolution.PackPieces; p++) convolution.Pack(weights, bias, scratch, p);
            double packed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (int p = 0; p < convolution.ComputePieces; p++) convolution.Compute(source, weights, bias, scratch, walker, p, target);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (seconds >= best) continue;
            (best, pack) = (seconds, packed / seconds);
        }
        NativeMemory.AlignedFree(scratch);
        NativeMemory.AlignedFree(walker);
        NativeMemory.AlignedFree(bias);
        Memory.Free(source, target, weights);
        return (layer.Operations / best / 1e9, pack);
    }
}
