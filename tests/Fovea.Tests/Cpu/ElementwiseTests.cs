using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class ElementwiseTests
{
    static readonly float[] Special =
        [0f, -0f, 1f, -1f, 0.5f, -0.5f, 2.5f, -2.5f, 1e-40f, -1e-40f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity,
            float.NaN];

    public static TheoryData<string> UnaryNames => [.. Enum.GetNames<UnaryCode>()];
    public static TheoryData<string> BinaryNames => [.. Enum.GetNames<BinaryCode>()];
    public static TheoryData<string> CompareNames => [.. Enum.GetNames<CompareCode>()];

    static (float P, float Q) Constants(UnaryCode code) => code switch
    {
        UnaryCode.Clip => (-0.75f, 1.5f),
        UnaryCode.PowerConstant => (3f, 0f),
        UnaryCode.LeakyRelu => (0.1f, 0f),
        UnaryCode.Elu => (1.3f, 0f),
        UnaryCode.Celu => (0.7f, 0f),
        UnaryCode.Selu => (1.6732632f, 1.050701f),
        UnaryCode.HardSigmoid => (0.2f, 0.5f),
        _ => (0f, 0f),
    };

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Unary_functions_agree_with_double(string name)
    {
        var code = Enum.Parse<UnaryCode>(name);
        var (p, q) = Constants(code);
        float[] x = [.. Special, .. Widths.Normal(1, 1001, 2)];
        float[] y = Widths.Same(name, () => Unary<V1>(code, p, q, x), () => Unary<V128>(code, p, q, x),
            () => Unary<V256>(code, p, q, x), () => Unary<V512>(code, p, q, x));
        var expected = Array.ConvertAll(x, v => Expected(code, p, q, v));
        // 1 + erf and 1 + tanh cancel to the left: an absolute error there.
        double absolute = code is UnaryCode.Gelu or UnaryCode.GeluTanh ? 1e-6 : 1e-44;
        // e^(x/alpha) − 1 sees x/alpha rounded; powers see their exponent's.
        Widths.AssertNear(name, expected, y, 1e-6, absolute);
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Unary_bits_do_not_depend_on_lengths_and_cuts(string name)
    {
        var code = Enum.Parse<UnaryCode>(name);
        var (p, q) = Constants(code);
        float[] x = Widths.Normal(2, 200, 3);
        float[] whole = Widest(code, p, q, x);
        for (int cut = 0; cut <= 200; cut += cut < 40 ? 1 : 23)
        {
            float[] parts = [.. Widest(code, p, q, x[..cut]), .. Widest(code, p, q, x[cut..])];
            Widths.AssertSame($"{name} cut at {cut}", whole, parts);
        }
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Binary_functions_broadcast_and_agree_with_double(string name)
    {
        var code = Enum.Parse<BinaryCode>(name);
        foreach (var (rows, columns) in new[] { (1, 15), (7, 1), (5, 16), (4, 37), (3, 100) })
            foreach (var broadcast in Enum.GetValues<Broadcast>())
                foreach (bool swapped in new[] { false, true })
                {
                    float[] a = Widths.Normal(rows, rows * columns, 2);
                    float[] b = Widths.Normal(columns, broadcast switch
                    {
                        Broadcast.None => rows * columns,
                        Broadcast.Scalar => 1,
                        Broadcast.Row => columns,
                        _ => rows,
                    }, 2);
                    if (code is BinaryCode.Power) (a, b) = (Array.ConvertAll(a, MathF.Abs), Array.ConvertAll(b, MathF.Abs));
                    string what = $"{name} {rows}×{columns} {broadcast} swapped {swapped}";
                    float[] y = Widths.Same(what, () => Binary<V1>(code, a, b, broadcast, swapped, rows, columns),
                        () => Binary<V128>(code, a, b, broadcast, swapped, rows, columns),
                        () => Binary<V256>(code, a, b, broadcast, swapped, rows, columns),
                        () => Binary<V512>(code, a, b, broadcast, swapped, rows, columns));
                    var expected = new double[a.Length];
                    for (int r = 0; r < rows; r++)
                        for (int c = 0; c < columns; c++)
                        {
                            double left = a[r * columns + c];
                            double right = broadcast switch
                            {
                                Broadcast.None => b[r * columns + c],
                                Broadcast.Scalar => b[0],
                                Broadcast.Row => b[c],
                                _ => b[r],
                            };
                            expected[r * columns + c] = swapped ? Expected(code, right, left) : Expected(code, left, right);
                        }
                    Widths.AssertNear(what, expected, y, 1e-6, 1e-7);
                }
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Binary_functions_of_special_values(string name)
    {
        var code = Enum.Parse<BinaryCode>(name);
        float[] a = [.. Special.SelectMany(v => Enumerable.Repeat(v, Special.Length))], b = [.. Special.SelectMany(_ => Special)];
        float[] y = Widths.Same(name, () => Binary<V1>(code, a, b, Broadcast.None, false, 1, a.Length),
            () => Binary<V128>(code, a, b, Broadcast.None, false, 1, a.Length),
            () => Binary<V256>(code, a, b, Broadcast.None, false, 1, a.Length),
            () => Binary<V512>(code, a, b, Broadcast.None, false, 1, a.Length));
        var expected = new double[a.Length];
        for (int i = 0; i < a.Length; i++) expected[i] = Expected(code, a[i], b[i]);
        Widths.AssertNear(name, expected, y, 1e-6, 1e-44);
    }

    [Theory]
    [MemberData(nameof(CompareNames))]
    public void Comparisons_give_bytes(string name)
    {
        var code = Enum.Parse<CompareCode>(name);
        float[] a = [.. Special.SelectMany(v => Enumerable.Repeat(v, Special.Length))], b = [.. Special.SelectMany(_ => Special)];
        for (int i = 0; i < a.Length; i++)
        {
            float[] one = [a[i]], other = [b[i]];
            Assert.Equal(Expected(code, a[i], b[i]), Compare<V1>(code, one, other, false, false)[0] == 1f);
        }
        Widths.Same(name, () => Compare<V1>(code, a, b, false, false), () => Compare<V128>(code, a, b, false, false),
            () => Compare<V256>(code, a, b, false, false), () => Compare<V512>(code, a, b, false, false));
        float[] scalar = [0.5f];
        float[] swapped = Widths.Same(name, () => Compare<V1>(code, a, scalar, true, true),
            () => Compare<V128>(code, a, scalar, true, true),
            () => Compare<V256>(code, a, scalar, true, true), () => Compare<V512>(code, a, scalar, true, true));
        for (int i = 0; i < a.Length; i++) Assert.Equal(Expected(code, 0.5f, a[i]), swapped[i] == 1f);
    }

    [Theory]
    [InlineData(1, 1), InlineData(0, 1), InlineData(1, 0), InlineData(0, 0)]
    public void Where_chooses(int stepA, int stepB)
    {
        float[] a = Widths.Normal(1, 75), b = Widths.Normal(2, 75);
        byte[] condition = [.. Enumerable.Range(0, 75).Select(i => (byte)(i * 7 % 3))];
        float[] y = Widths.Same("where", () => Where<V1>(condition, a, stepA, b, stepB), () => Where<V128>(condition, a, stepA, b, stepB),
            () => Where<V256>(condition, a, stepA, b, stepB), () => Where<V512>(condition, a, stepA, b, stepB));
        for (int i = 0; i < y.Length; i++) Assert.Equal(condition[i] != 0 ? a[i * stepA] : b[i * stepB], y[i]);
    }

    static float[] Unary<T>(UnaryCode code, float p, float q, float[] x) where T : unmanaged, IVec<T>
    {
        var y = new float[x.Length];
        fixed (float* from = x, to = y) Elementwise<T>.Unary(code, p, q, from, x.Length, to);
        return y;
    }

    static float[] Widest(UnaryCode code, float p, float q, float[] x) =>
        V512.IsSupported ? Unary<V512>(code, p, q, x) : V256.IsSupported ? Unary<V256>(code, p, q, x) : Unary<V128>(code, p, q, x);

    static float[] Binary<T>(BinaryCode code, float[] a, float[] b, Broadcast broadcast, bool swapped, int rows, int columns)
        where T : unmanaged, IVec<T>
    {
        var y = new float[a.Length];
        fixed (float* left = a, right = b, to = y) Elementwise<T>.Binary(code, left, right, broadcast, swapped, rows, columns, to);
        return y;
    }

    static float[] Compare<T>(CompareCode code, float[] a, float[] b, bool scalar, bool swapped) where T : unmanaged, IVec<T>
    {
        var y = new byte[a.Length];
        fixed (float* left = a, right = b)
        fixed (byte* to = y) Elementwise<T>.Compare(code, left, right, scalar, swapped, a.Length, to);
        return Array.ConvertAll(y, v => (float)v);
    }

    static float[] Where<T>(byte[] condition, float[] a, int stepA, float[] b, int stepB) where T : unmanaged, IVec<T>
    {
        var y = new float[condition.Length];
        fixed (byte* c = condition)
        fixed (float* left = a, right = b, to = y) ElementwiseLoops.Where<T>(c, left, stepA, right, stepB, y.Length, to);
        return y;
    }

    static double Expected(UnaryCode code, double p, double q, double x) => code switch
    {
        UnaryCode.Copy => x,
        UnaryCode.Negate => -x,
        UnaryCode.Abs => Math.Abs(x),
        UnaryCode.Sign => double.IsNaN(x) ? x : Math.Sign(x),
        UnaryCode.Square => (float)x * (float)x,
        UnaryCode.Cube => (float)x * (float)x * (float)x,
        UnaryCode.Sqrt => Math.Sqrt(x),
        UnaryCode.Rsqrt => 1 / Math.Sqrt(x),
        UnaryCode.Reciprocal => 1 / x,
        UnaryCode.Floor => Math.Floor(x),
        UnaryCode.Ceiling => Math.Ceiling(x),
        UnaryCode.Round => Math.Round(x),
        UnaryCode.Exp => Math.Exp(x),
        UnaryCode.Expm1 => References.Expm1(x),
        UnaryCode.Log => Math.Log(x),
        UnaryCode.Log1p => References.Log1p(x),
        UnaryCode.Sin => Math.Sin(x),
        UnaryCode.Cos => Math.Cos(x),
        UnaryCode.Erf => References.Erf(x),
        UnaryCode.Step => x > 0 ? 1 : 0,
        UnaryCode.Not => x == 0 ? 1 : 0,
        UnaryCode.IsNaN => double.IsNaN(x) ? 1 : 0,
        UnaryCode.Clip => double.IsNaN(x) ? x : Math.Clamp(x, p, q),
        UnaryCode.PowerConstant => Math.Pow(x, p),
        UnaryCode.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        UnaryCode.LeakyRelu => x > 0 ? x : p * x,
        UnaryCode.Sigmoid => 1 / (1 + Math.Exp(-x)),
        UnaryCode.Tanh => Math.Tanh(x),
        UnaryCode.Softplus => x > 0 ? x + References.Log1p(Math.Exp(-x)) : References.Log1p(Math.Exp(x)),
        UnaryCode.Softsign => double.IsInfinity(x) ? double.NaN : x / (1 + Math.Abs(x)),
        UnaryCode.Elu => x > 0 ? x : p * References.Expm1(x),
        UnaryCode.Celu => x > 0 ? x : p * References.Expm1(x / p),
        UnaryCode.Selu => q * (x > 0 ? x : p * References.Expm1(x)),
        UnaryCode.Gelu => 0.5 * x * (1 + References.Erf(x * Math.Sqrt(0.5))),
        UnaryCode.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        UnaryCode.Silu => x / (1 + Math.Exp(-x)),
        UnaryCode.HardSwish => x * Math.Clamp(x + 3, 0, 6) / 6,
        UnaryCode.HardSigmoid => double.IsNaN(x) ? x : Math.Clamp(p * x + q, 0, 1),
        UnaryCode.Mish => x * Math.Tanh(x > 0 ? x + References.Log1p(Math.Exp(-x)) : References.Log1p(Math.Exp(x))),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    static double Expected(BinaryCode code, double a, double b) => code switch
    {
        BinaryCode.Add => a + b,
        BinaryCode.Subtract => a - b,
        BinaryCode.Multiply => a * b,
        BinaryCode.Divide => a / b,
        BinaryCode.Maximum => Math.Max(a, b),
        BinaryCode.Minimum => Math.Min(a, b),
        BinaryCode.Power => Math.Pow(a, b),
        BinaryCode.Mask => b > 0 ? a : 0,
        BinaryCode.PRelu => a > 0 ? a : b * a,
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    static bool Expected(CompareCode code, float a, float b) => code switch
    {
        CompareCode.Equal => a == b,
        CompareCode.NotEqual => a != b,
        CompareCode.Less => a < b,
        CompareCode.LessOrEqual => a <= b,
        CompareCode.Greater => a > b,
        CompareCode.GreaterOrEqual => a >= b,
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };
}
