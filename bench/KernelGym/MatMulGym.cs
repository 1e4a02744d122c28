using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.KernelGym;

/// <summary>Products of matrices: GF/s of one core, packing included, and GB/s of the operands where the product is one row.</summary>
static unsafe class MatMulGym
{
    public static void Run()
    {
        Console.WriteLine($"fused multiply-adds in registers: {Ceiling.Registers():F1} GF/s");
        Console.WriteLine($"reading 64 MiB in order: {ReadSpeed():F1} GB/s");
        Print("512 x 512 x 512", 512, 512, 512, false, false);
        Print("512 x 512 x 512, right transposed", 512, 512, 512, false, true);
        Print("512 x 512 x 512, left transposed", 512, 512, 512, true, false);
        Print("LeNet linear 64 x 3136 x 512", 64, 512, 3136, false, true);
        Print("  its input gradient", 64, 3136, 512, false, false);
        Print("  its weight gradient", 512, 3136, 64, true, false);
        Print("linear 64 x 512 x 10", 64, 10, 512, false, true);
        Print("  its input gradient", 64, 512, 10, false, false);
        Print("  its weight gradient", 10, 512, 64, true, false);
        Print("linear 64 x 4096 x 10", 64, 10, 4096, false, true);
        Print("linear 32 x 512 x 10", 32, 10, 512, false, true);
        Print("linear 1 x 3136 x 512", 1, 512, 3136, false, true);
        Print("linear 1 x 4096 x 4096", 1, 4096, 4096, false, true);
        Print("product 1 x 4096 x 4096", 1, 4096, 4096, false, false);
        Print("linear 4 x 4096 x 4096", 4, 4096, 4096, false, true);
        Print("product 4096 x 1 x 4096", 4096, 1, 4096, false, false);
    }

    /// <summary>What a product of one row can hope for: GB/s of a sum over more floats than the caches hold.</summary>
    static double ReadSpeed()
    {
        const int Count = 1 << 24;
        float* block = Memory.Random(Count, 1);
        double best = 0;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            var sums = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (int at = 0; at < Count; at += 64)
            {
                sums.Item1 += Vector512.Load(block + at);
                sums.Item2 += Vector512.Load(block + at + 16);
                sums.Item3 += Vector512.Load(block + at + 32);
                sums.Item4 += Vector512.Load(block + at + 48);
            }
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            float sum = Vector512.Sum(sums.Item1 + sums.Item2 + sums.Item3 + sums.Item4);
            if (sum == 0) throw new InvalidOperationException("nothing was read");
            best = Math.Max(best, 4.0 * Count / seconds / 1e9);
        }
        Memory.Free((nint)block);
        return best;
    }

    static void Print(string name, int rows, int columns, int depth, bool transposeLeft, bool transposeRight)
    {
        var sizes = new MatMulSizes
        {
            Rows = rows, Columns = columns, Depth = depth,
            LeftRow = transposeLeft ? 1 : depth, LeftDepth = transposeLeft ? rows : 1,
            RightDepth = transposeRight ? 1 : columns, RightColumn = transposeRight ? depth : 1,
        }.Simplified();
        var schedule = MatMulSchedule.Of<Avx512MicroKernel>(sizes);
        double work = 2.0 * rows * columns * depth, bytes = sizeof(float) * ((double)rows * depth + (double)depth * columns);
        double seconds = Measure<Avx512MicroKernel>(sizes);
        Console.WriteLine($"{name,-34} avx512 {work / seconds / 1e9,6:F1} GF/s ({seconds * 1e6,7:F0} us, {bytes / seconds / 1e9,5:F1} GB/s)"
            + $"  avx2 {work / Measure<Avx2MicroKernel>(sizes) / 1e9,6:F1}"
            + $"  portable {work / Measure<PortableMicroKernel>(sizes) / 1e9,6:F1}"
            + $"   {schedule.Pieces} pieces, unit {schedule.RowsInUnit} x {schedule.PanelsInUnit} panels");
    }

    static double Measure<T>(MatMulSizes sizes) where T : struct, IMicroKernel
    {
        if (!T.IsSupported) return double.PositiveInfinity;
        var schedule = MatMulSchedule.Of<T>(sizes);
        float* left = Memory.Random((long)sizes.Rows * sizes.Depth, 1), right = Memory.Random((long)sizes.Depth * sizes.Columns, 2);
        float* output = Memory.Random((long)sizes.Rows * sizes.Columns, 3);
        float* scratch = (float*)NativeMemory.AlignedAlloc((nuint)schedule.ScratchBytes, 64);
        var times = new List<double>();
        for (int i = 0; i < 5 || (times.Sum() < 0.1 && i < 2000); i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int piece = 0; piece < schedule.Pieces; piece++) TiledMatMul<T>.Run(schedule, piece, left, right, null, scratch, output);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        Memory.Free((nint)left, (nint)right, (nint)output, (nint)scratch);
        times.Sort();
        return times[times.Count / 2];
    }
}
