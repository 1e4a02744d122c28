using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>
/// Products of matrices against one chain of multiply-adds an output, bit for bit: any strides, sizes and instruction set. The chain
/// knows neither batch nor cut, so a row of one has the bits of that row among many.
/// </summary>
public unsafe class TiledMatMulTests
{
    [Fact]
    public void Avx512_gives_the_bits_of_the_scalar_chain() => CheckAll<Avx512MicroKernel>();

    [Fact]
    public void Avx2_gives_the_bits_of_the_scalar_chain() => CheckAll<Avx2MicroKernel>();

    [Fact]
    public void Portable_gives_the_bits_of_the_scalar_chain() => CheckAll<PortableMicroKernel>();

    static void CheckAll<T>() where T : struct, IMicroKernel
    {
        Assert.SkipUnless(T.IsSupported, $"this machine has no {T.Name}");
        int seed = 0;
        foreach (var (rows, columns, depth) in Cases())
            foreach (bool transposeLeft in (bool[])[false, true])
                foreach (bool transposeRight in (bool[])[false, true])
                    foreach (bool bias in (bool[])[false, true])
                        Check<T>(Sizes(rows, columns, depth, transposeLeft, transposeRight), bias, ++seed);
        // Several products, with one operand shared, and strides that no transposition has.
        var shared = Sizes(5, 40, 30, false, false);
        Check<T>(shared with { LeftStarts = [0, 150, 300], RightStarts = [0, 0, 0] }, true, 1);
        Check<T>(shared with { LeftStarts = [300, 0, 0], RightStarts = [0, 1200, 2400] }, false, 2);
        Check<T>(shared with { LeftRow = 64, LeftDepth = 2, RightDepth = 90, RightColumn = 2 }, true, 3);
        Check<T>(Sizes(40, 1, 30, false, false) with { LeftStarts = [0, 1200], RightStarts = [30, 0] }, true, 5);
        Check<T>(Sizes(1, 1, 30, false, false) with { LeftStarts = [0, 0], RightStarts = [0, 30] }, true, 4);
    }

    static IEnumerable<(int Rows, int Columns, int Depth)> Cases()
    {
        yield return (1, 1, 1);
        yield return (1, 100, 300);
        yield return (3, 33, 257);
        yield return (4, 64, 1024);
        yield return (64, 10, 512);
        yield return (30, 31, 1024);
        yield return (200, 70, 40);
        yield return (450, 5, 16);
        yield return (57, 1, 90);
        yield return (29, 600, 20);
        var random = new Random(12);
        for (int i = 0; i < 12; i++) yield return (random.Next(1, 70), random.Next(1, 150), random.Next(1, 600));
    }

    static MatMulSizes Sizes(int rows, int columns, int depth, bool transposeLeft, bool transposeRight) => new()
    {
        Rows = rows, Columns = columns, Depth = depth,
        LeftRow = transposeLeft ? 1 : depth, LeftDepth = transposeLeft ? rows : 1,
        RightDepth = transposeRight ? 1 : columns, RightColumn = transposeRight ? depth : 1,
    };

    static void Check<T>(MatMulSizes sizes, bool hasBias, int seed) where T : struct, IMicroKernel
    {
        var random = new Random(seed);
        long Reach(nint[] starts, nint a, int countA, nint b, int countB) => starts.Max() + a * (countA - 1) + b * (countB - 1) + 1;
        using Block left = new(Reach(sizes.LeftStarts, sizes.LeftRow, sizes.Rows, sizes.LeftDepth, sizes.Depth), random);
        using Block right = new(Reach(sizes.RightStarts, sizes.RightDepth, sizes.Depth, sizes.RightColumn, sizes.Columns), random);
        using Block bias = new(sizes.Columns, random);
        var schedule = MatMulSchedule.Of<T>(sizes.Simplified());
        using Block output = new((long)sizes.Products * sizes.Rows * sizes.Columns), scratch = new(schedule.ScratchBytes / 4);
        for (int piece = schedule.Pieces - 1; piece >= 0; piece--)
            TiledMatMul<T>.Run(schedule, piece, left.Data, right.Data, hasBias ? bias.Data : null, scratch.Data, output.Data);

        int step = Math.Max(1, (int)output.Count / 300);
        for (int at = 0; at < output.Count; at += random.Next(1, 2 * step))
        {
            int product = at / (sizes.Rows * sizes.Columns), row = at / sizes.Columns % sizes.Rows, column = at % sizes.Columns;
            float sum = 0;
            double exact = 0, size = 0;
            for (int k = 0; k < sizes.Depth; k++)
            {
                float a = left.Data[sizes.LeftStarts[product] + row * sizes.LeftRow + k * sizes.LeftDepth];
                float b = right.Data[sizes.RightStarts[product] + k * sizes.RightDepth + column * sizes.RightColumn];
                sum = T.RoundsProducts ? a * b + sum : MathF.FusedMultiplyAdd(a, b, sum);
                exact += (double)a * b;
                size += Math.Abs((double)a * b);
            }
            if (hasBias)
            {
                float added = bias.Data[column];
                sum += added;
                exact += added;
                size += Math.Abs(added);
            }
            string place = $"{sizes.Rows} x {sizes.Columns} x {sizes.Depth}, product {product}, row {row}, column {column}";
            if (sum != output.Data[at]) Assert.Fail($"{place}: {output.Data[at]:R}, expected {sum:R}");
            double bound = 4 * Math.Sqrt(sizes.Depth + 1) * Math.Pow(2, -24) * size;
            if (!(Math.Abs(exact - sum) <= bound)) Assert.Fail($"{place}: {sum:R}, is {exact:R}");
        }
    }
}
