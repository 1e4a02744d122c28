using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Fovea.Cpu.Kernels.Convolution;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>Brings a part of a matrix into the order in which a micro-kernel reads it.</summary>
internal static unsafe class MatrixPacking
{
    /// <summary>Copies steps × columns, columns adjacent in memory: <c>to[panel][step][column]</c>, filled up with zeros.</summary>
    /// <param name="from">The first step's first column.</param>
    /// <param name="stepPitch">Floats from one step to the next.</param>
    /// <param name="steps">Steps of the reduction.</param>
    /// <param name="columns">Columns in all.</param>
    /// <param name="panelColumns">16 or 32.</param>
    /// <param name="to">The first panel.</param>
    /// <param name="panelPitch">Floats from one panel to the next.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* from, nint stepPitch, int steps, int columns, int panelColumns, float* to, nint panelPitch)
    {
        for (int step = 0; step < steps; step++, from += stepPitch, to += panelColumns)
        {
            float* source = from, destination = to;
            int left = columns;
            for (; left >= panelColumns; left -= panelColumns, source += panelColumns, destination += panelPitch)
            {
                Unsafe.CopyBlockUnaligned(destination, source, 64);
                if (panelColumns == 32) Unsafe.CopyBlockUnaligned(destination + 16, source + 16, 64);
            }
            if (left == 0) continue;
            for (int i = 0; i < panelColumns; i++) destination[i] = i < left ? source[i] : 0;
        }
    }

    /// <summary>The same for a matrix whose steps are adjacent: squares are transposed in registers.</summary>
    /// <param name="from">The first column's first step.</param>
    /// <param name="columnPitch">Floats from one column to the next.</param>
    /// <param name="steps">Steps of the reduction.</param>
    /// <param name="columns">Columns, at most those of a panel.</param>
    /// <param name="panelColumns">16 or 32.</param>
    /// <param name="to">The panel.</param>
    /// <param name="wide">Whether AVX-512 may be used.</param>
    public static void Transpose(float* from, nint columnPitch, int steps, int columns, int panelColumns, float* to, bool wide)
    {
        if (columns < panelColumns) new Span<float>(to, steps * panelColumns).Clear();
        int column = 0;
        if (wide && Avx512F.IsSupported)
        {
            for (; column + 16 <= columns; column += 16)
                TransposeSixteen(from + column * columnPitch, columnPitch, steps, to + column, panelColumns);
        }
        for (; column + 4 <= columns; column += 4)
            TransposeFour(from + column * columnPitch, columnPitch, steps, to + column, panelColumns);
        for (; column < columns; column++)
            for (int step = 0; step < steps; step++) to[(nint)step * panelColumns + column] = from[column * columnPitch + step];
    }

    /// <summary>Element by element, for any strides: <c>to[step · toPitch + column]</c>, zero from <paramref name="columns"/> on.</summary>
    public static void Gather(float* from, nint stepPitch, nint columnPitch, int steps, int columns, int width, float* to, nint toPitch)
    {
        for (int step = 0; step < steps; step++)
            for (int column = 0; column < width; column++)
                to[step * toPitch + column] = column < columns ? from[step * stepPitch + column * columnPitch] : 0;
    }

    /// <summary>Copies rows to another distance.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows(float* from, nint fromPitch, int rows, int length, float* to, nint toPitch)
    {
        for (int row = 0; row < rows; row++, from += fromPitch, to += toPitch)
        {
            int i = 0;
            for (; i + 16 <= length; i += 16) Unsafe.CopyBlockUnaligned(to + i, from + i, 64);
            for (; i < length; i++) to[i] = from[i];
        }
    }

    /// <summary>Turns steps of adjacent rows into rows of adjacent steps.</summary>
    /// <param name="from">The first step's first row.</param>
    /// <param name="stepPitch">Floats from one step to the next.</param>
    /// <param name="rows">Rows wanted, at most 16.</param>
    /// <param name="steps">Steps of the reduction.</param>
    /// <param name="to">The first row; there is room for 16.</param>
    /// <param name="toPitch">Floats from one row to the next, at least the steps rounded up to 16.</param>
    /// <param name="wide">Whether AVX-512 may be used, and 16 rows may be read.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void TransposeRows(float* from, nint stepPitch, int rows, int steps, float* to, nint toPitch, bool wide)
    {
        if (wide && Avx512F.IsSupported)
        {
            for (; steps >= 16; steps -= 16, from += 16 * stepPitch, to += 16) TransposeSixteen(from, stepPitch, 16, to, toPitch);
        }
        int row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            int step = 0;
            for (; step + 4 <= steps; step += 4)
                Square(from + step * stepPitch + row, stepPitch, to + row * toPitch + step, toPitch);
            for (; step < steps; step++)
                for (int i = row; i < row + 4; i++) to[i * toPitch + step] = from[step * stepPitch + i];
        }
        for (; row < rows; row++)
            for (int step = 0; step < steps; step++) to[row * toPitch + step] = from[step * stepPitch + row];
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void TransposeFour(float* from, nint columnPitch, int steps, float* to, nint toPitch)
    {
        int step = 0;
        for (; step + 4 <= steps; step += 4) Square(from + step, columnPitch, to + step * toPitch, toPitch);
        for (; step < steps; step++)
            for (int i = 0; i < 4; i++) to[step * toPitch + i] = from[i * columnPitch + step];
    }

    /// <summary>Four columns of four floats become four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square(float* from, nint pitch, float* to, nint toPitch)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + pitch);
        Vector128<float> c = Vector128.Load(from + 2 * pitch), d = Vector128.Load(from + 3 * pitch);
        Vector128<double> ab = Interleave.Low(a, b).AsDouble(), cd = Interleave.Low(c, d).AsDouble();
        Interleave.Low(ab, cd).AsSingle().Store(to);
        Interleave.High(ab, cd).AsSingle().Store(to + toPitch);
        (ab, cd) = (Interleave.High(a, b).AsDouble(), Interleave.High(c, d).AsDouble());
        Interleave.Low(ab, cd).AsSingle().Store(to + 2 * toPitch);
        Interleave.High(ab, cd).AsSingle().Store(to + 3 * toPitch);
    }

    /// <summary>Sixteen columns: squares of 16 × 16 as four bands of four columns, then the bands' quarters exchanged.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void TransposeSixteen(float* from, nint columnPitch, int steps, float* to, nint toPitch)
    {
        int step = 0;
        for (; step + 16 <= steps; step += 16)
        {
            float* read = from + step, write = to + step * toPitch;
            Band(read, columnPitch, out var a0, out var a1, out var a2, out var a3);
            Band(read + 4 * columnPitch, columnPitch, out var b0, out var b1, out var b2, out var b3);
            Band(read + 8 * columnPitch, columnPitch, out var c0, out var c1, out var c2, out var c3);
            Band(read + 12 * columnPitch, columnPitch, out var d0, out var d1, out var d2, out var d3);
            Quarters(a0, b0, c0, d0, write, toPitch);
            Quarters(a1, b1, c1, d1, write + toPitch, toPitch);
            Quarters(a2, b2, c2, d2, write + 2 * toPitch, toPitch);
            Quarters(a3, b3, c3, d3, write + 3 * toPitch, toPitch);
        }
        for (; step < steps; step++)
            for (int i = 0; i < 16; i++) to[step * toPitch + i] = from[i * columnPitch + step];
    }

    /// <summary>Of four columns: quarter q of result i has the four values of step 4q + i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Band(float* from, nint pitch,
        out Vector512<float> r0, out Vector512<float> r1, out Vector512<float> r2, out Vector512<float> r3)
    {
        Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + pitch);
        Vector512<float> c = Vector512.Load(from + 2 * pitch), d = Vector512.Load(from + 3 * pitch);
        Vector512<double> ab = Avx512F.UnpackLow(a, b).AsDouble(), cd = Avx512F.UnpackLow(c, d).AsDouble();
        r0 = Avx512F.UnpackLow(ab, cd).AsSingle();
        r1 = Avx512F.UnpackHigh(ab, cd).AsSingle();
        (ab, cd) = (Avx512F.UnpackHigh(a, b).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
        r2 = Avx512F.UnpackLow(ab, cd).AsSingle();
        r3 = Avx512F.UnpackHigh(ab, cd).AsSingle();
    }

    /// <summary>Quarter q of the four bands becomes the row of step 4q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint toPitch)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        Vector512<float> even = Avx512F.Shuffle4x128(a, b, Even), odd = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> even2 = Avx512F.Shuffle4x128(c, d, Even), odd2 = Avx512F.Shuffle4x128(c, d, Odd);
        Avx512F.Shuffle4x128(even, even2, Even).Store(to);
        Avx512F.Shuffle4x128(odd, odd2, Even).Store(to + 4 * toPitch);
        Avx512F.Shuffle4x128(even, even2, Odd).Store(to + 8 * toPitch);
        Avx512F.Shuffle4x128(odd, odd2, Odd).Store(to + 12 * toPitch);
    }
}
