using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class ReductionTests
{
    public static TheoryData<string> Names => ["sum", "squares", "largest", "smallest", "product"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_agree_with_double_on_every_width(string name)
    {
        foreach (int columns in new[] { 1, 2, 15, 16, 17, 63, 255, 256, 257, 700, 1024, 20000 })
        {
            int rows = columns > 1000 ? 2 : 5;
            float[] x = Widths.Normal(columns, rows * columns, name == "product" ? 0.01 : 1, name == "product" ? 1 : 0.3);
            float[] y = Widths.Same($"{name} of {columns}", () => Rows<V1>(name, x, rows, columns),
                () => Rows<V128>(name, x, rows, columns),
                () => Rows<V256>(name, x, rows, columns), () => Rows<V512>(name, x, rows, columns));
            var expected = new double[rows];
            for (int r = 0; r < rows; r++) expected[r] = Expected(name, Widths.Doubles(x[(r * columns)..((r + 1) * columns)]));
            Widths.AssertNear($"{name} of {columns}", expected, y, 1e-5, 1e-5 * Math.Sqrt(columns));
        }
    }

    [Fact]
    public void Appended_zeros_change_no_bits()
    {
        float[] x = Widths.Normal(5, 3000);
        float sum = Rows<V128>("sum", x, 1, x.Length)[0];
        foreach (int zeros in new[] { 1, 15, 16, 100, 5000 })
            Assert.Equal(sum, Rows<V128>("sum", [.. x, .. new float[zeros]], 1, x.Length + zeros)[0]);
    }

    [Fact]
    public void Pieces_join_to_the_bits_of_the_whole()
    {
        foreach (int n in new[] { 1, 16384, 16385, 50000, 100000 })
        {
            float[] x = Widths.Normal(n, n, 1, 0.1);
            float whole = Rows<V1>("squares", x, 1, n)[0];
            int count = (n + RowReductions.Piece - 1) / RowReductions.Piece;
            var pieces = new float[count];
            fixed (float* px = x, pp = pieces)
            {
                for (int i = 0; i < count; i++)
                    pieces[i] = RowReductions.ReducePiece<V128, SumOfSquaresBody>(px + i * RowReductions.Piece,
                        Math.Min(RowReductions.Piece, n - i * RowReductions.Piece), default);
                Assert.Equal(whole, RowReductions.JoinPieces(pp, count, default(SumOfSquaresBody)));
            }
        }
    }

    [Fact]
    public void Nothing_is_the_identity()
    {
        Assert.Equal([0f, 0f], Rows<V128>("sum", [], 2, 0));
        Assert.Equal([float.NegativeInfinity], Rows<V128>("largest", [], 1, 0));
    }

    [Fact]
    public void Largest_lets_a_NaN_through_wherever_it_is()
    {
        for (int at = 0; at < 40; at++)
        {
            float[] x = Widths.Normal(1, 40);
            x[at] = float.NaN;
            Assert.True(float.IsNaN(Rows<V128>("largest", x, 1, 40)[0]) && float.IsNaN(Rows<V1>("smallest", x, 1, 40)[0]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Columns_agree_with_double_on_every_width(string name)
    {
        foreach (var (rows, columns) in new[] { (1, 5), (31, 3), (32, 16), (33, 17), (100, 64), (1000, 70), (1024, 10), (2500, 21),
            (3100, 130) })
        {
            float[] x = Widths.Normal(rows, rows * columns, name == "product" ? 0.01 : 1, name == "product" ? 1 : 0.3);
            string what = $"{name} of {rows}×{columns}";
            float[] y = Widths.Same(what, () => Columns<V1>(name, x, rows, columns), () => Columns<V128>(name, x, rows, columns),
                () => Columns<V256>(name, x, rows, columns), () => Columns<V512>(name, x, rows, columns));
            var expected = new double[columns];
            for (int c = 0; c < columns; c++) expected[c] = Expected(name,
                [.. Enumerable.Range(0, rows).Select(r => (double)x[r * columns + c])]);
            Widths.AssertNear(what, expected, y, 1e-5, 1e-5 * Math.Sqrt(rows));
        }
    }

    [Fact]
    public void Rows_of_zeros_below_change_no_bits_of_column_sums()
    {
        float[] x = Widths.Normal(5, 1100 * 20);
        float[] sums = Columns<V128>("sum", x, 1100, 20);
        foreach (int zeros in new[] { 1, 31, 32, 2000 })
            Widths.AssertSame($"{zeros} rows", sums, Columns<V128>("sum", [.. x, .. new float[zeros * 20]], 1100 + zeros, 20));
    }

    [Fact]
    public void ArgMax_finds_the_first_largest_or_NaN()
    {
        foreach (int columns in new[] { 1, 3, 16, 17, 100 })
        {
            const int rows = 60;
            // Small integers, so that ties are many; in every third row a NaN or two; one row of −∞.
            float[] x = [.. Widths.Normal(columns, rows * columns, 2).Select(v => MathF.Round(v))];
            for (int r = 0; r < rows; r += 3) x[r * columns + r % columns] = x[r * columns + columns / 2] = float.NaN;
            for (int c = 0; c < columns; c++) x[columns + c] = float.NegativeInfinity;
            float[] y = Widths.Same("argmax", () => ArgMax<V1>(x, rows, columns), () => ArgMax<V128>(x, rows, columns),
                () => ArgMax<V256>(x, rows, columns), () => ArgMax<V512>(x, rows, columns));
            for (int r = 0; r < rows; r++)
            {
                int best = 0;
                for (int c = 1; c < columns; c++)
                {
                    float v = x[r * columns + c], top = x[r * columns + best];
                    if (v > top || (float.IsNaN(v) && !float.IsNaN(top))) best = c;
                }
                Assert.Equal(best, (int)y[r]);
            }
        }
    }

    static float[] ArgMax<T>(float[] x, int rows, int columns) where T : unmanaged, IVec<T>
    {
        var y = new long[rows];
        fixed (float* px = x)
        fixed (long* py = y) ExtremeLoops.Rows<T, FirstLargest>(px, rows, columns, py);
        return Array.ConvertAll(y, v => (float)v);
    }

    static float[] Rows<T>(string name, float[] x, int rows, int columns) where T : unmanaged, IVec<T>
    {
        var y = new float[rows];
        fixed (float* px = x, py = y)
            switch (name)
            {
                case "sum": RowReductions.Rows<T, SumBody>(px, rows, columns, default, 1, py); break;
                case "squares": RowReductions.Rows<T, SumOfSquaresBody>(px, rows, columns, default, 1, py); break;
                case "largest": RowReductions.Rows<T, LargestBody>(px, rows, columns, default, 1, py); break;
                case "smallest": RowReductions.Rows<T, SmallestBody>(px, rows, columns, default, 1, py); break;
                case "product": RowReductions.Rows<T, ProductBody>(px, rows, columns, default, 1, py); break;
            }
        return y;
    }

    static float[] Columns<T>(string name, float[] x, int rows, int columns) where T : unmanaged, IVec<T> => name switch
    {
        "sum" => Columns<T, SumBody>(x, rows, columns),
        "squares" => Columns<T, SumOfSquaresBody>(x, rows, columns),
        "largest" => Columns<T, LargestBody>(x, rows, columns),
        "smallest" => Columns<T, SmallestBody>(x, rows, columns),
        _ => Columns<T, ProductBody>(x, rows, columns),
    };

    static float[] Columns<T, TBody>(float[] x, int rows, int columns) where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        int count = (rows + ColumnReductions.Piece - 1) / ColumnReductions.Piece;
        var pieces = new float[count * columns];
        var y = new float[columns];
        var scratch = new float[ColumnReductions.ScratchFloats(columns)];
        Array.Fill(scratch, float.NaN);
        fixed (float* px = x, pp = pieces, ps = scratch, py = y)
        {
            for (int i = 0; i < count; i++)
                ColumnReductions.ReducePiece<T, TBody>(px + i * ColumnReductions.Piece * columns,
                    Math.Min(ColumnReductions.Piece, rows - i * ColumnReductions.Piece), columns, columns, default, ps, pp + i * columns);
            ColumnReductions.JoinPieces<T, TBody>(pp, count, columns, default, 1, py);
        }
        return y;
    }

    static double Expected(string name, double[] x) => name switch
    {
        "sum" => x.Sum(),
        "squares" => x.Sum(v => v * v),
        "largest" => x.Max(),
        "smallest" => x.Min(),
        _ => x.Aggregate(1.0, (a, b) => a * b),
    };
}
