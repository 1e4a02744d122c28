using System.Diagnostics;
using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.ConvolutionWeightGradient;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;

namespace Fovea.KernelGym;

/// <summary>The direct weight gradient on the layers that matter: GF/s of one core, packing and writing out included.</summary>
static unsafe class WeightGradientGym
{
    public static void Run(string filter)
    {
        (string Name, WeightGradientSizes Sizes)[] layers =
        [
            ("32x32x64 b32 k3", Layer(32, 64, 64, 32, 3, 1, 1)),
            ("16x16x128 b32 k3", Layer(32, 128, 128, 16, 3, 1, 1)),
            ("8x8x256 b32 k3", Layer(32, 256, 256, 8, 3, 1, 1)),
            ("4x4x512 b32 k3", Layer(32, 512, 512, 4, 3, 1, 1)),
            ("32x32x64-128 b32 k3 s2", Layer(32, 64, 128, 32, 3, 2, 1)),
            ("32x32x64-128 b32 k1 s2", Layer(32, 64, 128, 32, 1, 2, 0)),
            ("14x14x256-512 b8 k1", Layer(8, 256, 512, 14, 1, 1, 0)),
            ("28x28x1-32 b64 k5 (LeNet)", Layer(64, 1, 32, 28, 5, 1, 2)),
            ("14x14x32-64 b64 k5 (LeNet)", Layer(64, 32, 64, 14, 5, 1, 2)),
            ("32x32x3-64 b32 k3", Layer(32, 3, 64, 32, 3, 1, 1)),
            ("112x112x3-64 b4 k7 s2", Layer(4, 3, 64, 224, 7, 2, 3)),
            ("256x256x32 b1 k3 (U-Net)", Layer(1, 32, 32, 256, 3, 1, 1)),
            ("8x28x28x64 b1 k3x3x3", Volume(1, 64, 64, 8, 28, 3)),
            ("4x7x7x256 b1 k3x3x3", Volume(1, 256, 256, 4, 7, 3)),
            ("16x56x56x3-64 b2 k3x3x3", Volume(2, 3, 64, 16, 56, 3)),
        ];
        Console.WriteLine($"fused multiply-adds in registers: {Ceiling.Registers():F1} GF/s");
        foreach (var (name, sizes) in layers)
        {
            if (!name.Contains(filter, StringComparison.OrdinalIgnoreCase)) continue;
            var s = new WeightGradientSchedule(in sizes);
            Console.WriteLine($"{name,-28} avx512 {Measure<Avx512OuterProduct>(sizes),6:F1}  avx2 {Measure<Avx2OuterProduct>(sizes),6:F1}  "
                + $"portable {Measure<PortableOuterProduct>(sizes),6:F1} GF/s   part {s.ColumnsInPart}x32 x {s.RowsInPart}x16 "
                + $"x {s.LinesInPart} lines, block {s.BlockRows}x{s.BlockWidth}, {s.SumPieces} + {s.JoinPieces} pieces, "
                + $"scratch {s.WalkerScratch.Bytes / 1024} + {s.RunScratch / 1024} KiB");
        }
    }

    /// <summary>The outer products alone, operands in the first cache: pixels in segments of one length.</summary>
    public static void RunTiles()
    {
        Console.WriteLine($"fused multiply-adds in registers: {Ceiling.Registers():F1} GF/s");
        foreach (int length in (int[])[4, 8, 16, 32, 128])
            Console.WriteLine($"outer products, {128 / length,2} x {length,3} pixels: avx512 {Tile<Avx512OuterProduct>(length, 32),6:F1} "
                + $"(16 columns {Tile<Avx512OuterProduct>(length, 16),6:F1})  avx2 {Tile<Avx2OuterProduct>(length, 32),6:F1}  "
                + $"portable {Tile<PortableOuterProduct>(length, 32),6:F1} GF/s");
    }

    static double Tile<T>(int length, int columns) where T : struct, IOuterProduct
    {
        if (!T.IsSupported) return 0;
        float* left = Memory.Random(128 * 32, 1), right = Memory.Random(128 * 32, 2), sums = Memory.Random(512, 3);
        nint* segments = stackalloc nint[128];
        for (int i = 0; i < 128 / length; i++) segments[i] = i * (length + 2) * 16;
        var block = new OuterBlock
        {
            Left = left, LeftPitch = 16, Segments = segments, SegmentCount = 128 / length, Length = length, Right = right, Sums = sums,
            RowCount = 16, ColumnCount = columns, Accumulate = true,
        };
        double best = 0;
        for (int i = 0; i < 8; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int n = 0; n < 1000; n++) T.Run(in block);
            best = Math.Max(best, 2.0 * 16 * columns * 128 * 1000 / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        Memory.Free(left, right, sums);
        return best;
    }

    /// <summary>Depthwise layers of MobileNetV2, each vector width.</summary>
    public static void RunDepthwise()
    {
        (string, int, int, int)[] layers =
        [
            ("112x112x32 b8 k3", 32, 112, 1), ("56x56x144 b8 k3", 144, 56, 1), ("56x56x144 b8 k3 s2", 144, 56, 2),
            ("14x14x576 b8 k3", 576, 14, 1),
        ];
        foreach (var (name, channels, size, stride) in layers)
        {
            var layer = Layer(8, 1, 1, size, 3, stride, 1) with { Groups = channels, InputPitch = channels, OutputPitch = channels };
            Console.WriteLine($"{name,-28} avx512 {Depthwise<V512>(layer),6:F1}  avx2 {Depthwise<V256>(layer),6:F1}  "
                + $"portable {Depthwise<V128>(layer),6:F1} GF/s");
        }
    }

    static double Depthwise<T>(WeightGradientSizes sizes) where T : unmanaged, IVec<T>
    {
        if (!T.IsSupported) return 0;
        var kernel = new ChannelwiseWeightGradient<T>(in sizes);
        float* input = Memory.Random((long)sizes.Samples * sizes.Input.Count * sizes.InputPitch, 1);
        float* gradient = Memory.Random((long)sizes.Samples * sizes.Output.Count * sizes.OutputPitch, 2);
        float* weights = Memory.Random(sizes.GroupWeights * sizes.Groups, 3), scratch = Memory.Random(kernel.ScratchBytes / 4, 4);
        double best = double.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int piece = 0; piece < kernel.Pieces; piece++) kernel.Run(piece, input, gradient, scratch, weights);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        Memory.Free((nint)input, (nint)gradient, (nint)weights, (nint)scratch);
        return 2.0 * sizes.GroupWeights * sizes.Groups * sizes.Samples * sizes.Output.Count / best / 1e9;
    }

    static WeightGradientSizes Layer(int samples, int inputs, int outputs, int size, int kernel, int stride, int padding) => new()
    {
        Samples = samples, Groups = 1, InputChannels = inputs, OutputChannels = outputs, Input = new(1, size, size),
        Output = new(1, (size + 2 * padding - kernel) / stride + 1, (size + 2 * padding - kernel) / stride + 1),
        Kernel = new(1, kernel, kernel), Stride = new(1, stride, stride), Padding = new(0, padding, padding),
        Dilation = new(1, 1, 1), InputPitch = inputs, OutputPitch = outputs,
    };

    static WeightGradientSizes Volume(int samples, int inputs, int outputs, int depth, int size, int kernel) =>
        Layer(samples, inputs, outputs, size, kernel, 1, kernel / 2) with
        {
            Input = new(depth, size, size), Output = new(depth, size, size), Kernel = new(kernel, kernel, kernel),
            Padding = new(kernel / 2, kernel / 2, kernel / 2),
        };

    static double Measure<T>(WeightGradientSizes sizes) where T : struct, IOuterProduct
    {
        if (!T.IsSupported) return 0;
        var schedule = new WeightGradientSchedule(in sizes);
        float* input = Memory.Random((long)sizes.Samples * sizes.Input.Count * sizes.InputPitch, 1);
        float* gradient = Memory.Random((long)sizes.Samples * sizes.Output.Count * sizes.OutputPitch, 2);
        float* weights = Memory.Random(sizes.GroupWeights, 3);
        byte* own = (byte*)NativeMemory.AlignedAlloc((nuint)schedule.WalkerScratch.Bytes, 64);
        float* shared = (float*)NativeMemory.AlignedAlloc((nuint)schedule.RunScratch + 64, 64);
        double work = 2.0 * sizes.GroupWeights * sizes.Samples * sizes.Output.Count;
        var times = new List<double>();
        for (int i = 0; i < 3 || (times.Sum() < 0.2 && i < 100); i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int piece = 0; piece < schedule.SumPieces; piece++)
                DirectWeightGradient<T>.Sum(schedule, piece, input, gradient, shared, own, weights);
            for (int piece = 0; piece < schedule.JoinPieces; piece++) DirectWeightGradient<T>.Join(schedule, piece, shared, weights);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        Memory.Free((nint)input, (nint)gradient, (nint)weights, (nint)own, (nint)shared);
        times.Sort();
        return work / times[times.Count / 2] / 1e9;
    }
}
