using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.KernelGym;

/// <summary>What one core can do: fused multiply-adds in registers, and the micro-kernels with their data in the first cache.</summary>
static unsafe class Ceiling
{
    /// <summary>Best GF/s of several short runs of multiply-adds that touch no memory.</summary>
    public static double Registers()
    {
        const int Loops = 2_000_000;
        double best = 0;
        for (int i = 0; i < 8; i++)
        {
            long start = Stopwatch.GetTimestamp();
            float kept = Avx512F.IsSupported ? Spin512(Loops) : Spin256(Loops);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (float.IsNaN(kept)) throw new InvalidOperationException("the sums diverged");
            best = Math.Max(best, 2.0 * 12 * (Avx512F.IsSupported ? 16 : 8) * Loops / seconds / 1e9);
        }
        return best;
    }

    /// <summary>The micro-kernel's whole tile.</summary>
    public static double Full<T>() where T : struct, IMicroKernel => MicroKernel<T>(T.Rows, T.Columns, 256);

    /// <summary>Prints every height of a micro-kernel, at some numbers of columns.</summary>
    public static void PrintHeights<T>(params ReadOnlySpan<int> columns) where T : struct, IMicroKernel
    {
        if (!T.IsSupported) return;
        for (int rows = T.Rows; rows > 0; rows--)
        {
            Console.Write($"{T.Name,-8} {rows,2} rows:");
            foreach (int count in columns) Console.Write($"  x {count,2} {MicroKernel<T>(rows, count, 256),6:F1} GF/s");
            Console.WriteLine();
        }
    }

    /// <summary>Best GF/s of a micro-kernel at one height, with rows of 256 values and its weights resident.</summary>
    public static double MicroKernel<T>(int rows, int columns, int depth) where T : struct, IMicroKernel
    {
        float* values = Memory.Random(rows * depth, 1), weights = Memory.Random(depth * T.Columns, 2);
        float* output = Memory.Random(rows * T.Columns, 3);
        float** addresses = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        for (int r = 0; r < MicroTile.RowPitch; r++)
        {
            addresses[r] = values + Math.Min(r, rows - 1) * depth;
            offsets[r] = r * T.Columns;
        }
        var tile = new MicroTile
        {
            Rows = addresses, Taps = 1, Depth = depth, Weights = weights, Output = output, OutputOffsets = offsets,
            RowCount = rows, ColumnCount = columns,
        };
        double best = 0;
        int loops = Math.Max(1, (int)(2e8 / (2.0 * rows * columns * depth)));
        for (int i = 0; i < 8; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int n = 0; n < loops; n++) T.Run(in tile, new AdjacentSteps(), new NoEpilogue());
            best = Math.Max(best, 2.0 * rows * columns * depth * loops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        Memory.Free(values, weights, output);
        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static float Spin512(int loops)
    {
        var a = Vector512.Create(0.999f);
        var b = Vector512.Create(0.001f);
        Vector512<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, sa = a, sb = a;
        for (int i = 0; i < loops; i++)
        {
            s0 = Avx512F.FusedMultiplyAdd(s0, a, b); s1 = Avx512F.FusedMultiplyAdd(s1, a, b); s2 = Avx512F.FusedMultiplyAdd(s2, a, b);
            s3 = Avx512F.FusedMultiplyAdd(s3, a, b); s4 = Avx512F.FusedMultiplyAdd(s4, a, b); s5 = Avx512F.FusedMultiplyAdd(s5, a, b);
            s6 = Avx512F.FusedMultiplyAdd(s6, a, b); s7 = Avx512F.FusedMultiplyAdd(s7, a, b); s8 = Avx512F.FusedMultiplyAdd(s8, a, b);
            s9 = Avx512F.FusedMultiplyAdd(s9, a, b); sa = Avx512F.FusedMultiplyAdd(sa, a, b); sb = Avx512F.FusedMultiplyAdd(sb, a, b);
        }
        return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + sa + sb);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static float Spin256(int loops)
    {
        var a = Vector256.Create(0.999f);
        var b = Vector256.Create(0.001f);
        Vector256<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, sa = a, sb = a;
        for (int i = 0; i < loops; i++)
        {
            s0 = Fma.MultiplyAdd(s0, a, b); s1 = Fma.MultiplyAdd(s1, a, b); s2 = Fma.MultiplyAdd(s2, a, b);
            s3 = Fma.MultiplyAdd(s3, a, b); s4 = Fma.MultiplyAdd(s4, a, b); s5 = Fma.MultiplyAdd(s5, a, b);
            s6 = Fma.MultiplyAdd(s6, a, b); s7 = Fma.MultiplyAdd(s7, a, b); s8 = Fma.MultiplyAdd(s8, a, b);
            s9 = Fma.MultiplyAdd(s9, a, b); sa = Fma.MultiplyAdd(sa, a, b); sb = Fma.MultiplyAdd(sb, a, b);
        }
        return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + sa + sb);
    }
}
