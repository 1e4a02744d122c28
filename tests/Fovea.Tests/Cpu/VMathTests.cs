using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Every elementary function against double over the whole range of floats, and bit for bit over the widths.</summary>
public sealed unsafe class VMathTests
{
    // A stride prime to 2^32, so that mantissas vary: about four million of the 2^32 bit patterns.
    const uint Stride = 1021;

    public static TheoryData<string, double> Bounds => new()
    {
        { "exp", 1 }, { "expm1", 1.5 }, { "log", 1 }, { "log1p", 1.5 }, { "sigmoid", 2.5 }, { "tanh", 1.5 }, { "erf", 1.5 },
            { "softplus", 2 },
        { "sin", 2 }, { "cos", 2 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Error_is_bounded_over_the_whole_range_and_bits_are_equal_on_every_width(string name, double bound)
    {
        const int block = 1 << 14;
        float* x = stackalloc float[block];
        float* y = stackalloc float[block];
        float* other = stackalloc float[block];
        double worst = 0;
        float at = 0;
        ulong next = 0;
        while (next <= uint.MaxValue)
        {
            int n = 0;
            for (; n < block && next <= uint.MaxValue; n++, next += Stride) x[n] = BitConverter.UInt32BitsToSingle((uint)next);
            Apply<V1>(name, x, n, y);
            for (int i = 0; i < n; i++)
            {
                double error = Ulps(y[i], Reference(name, x[i]));
                if (error > worst) (worst, at) = (error, x[i]);
            }
            foreach (int lanes in SimdWidth.Supported)
            {
                SimdWidth.Run<Runner, bool>(new Runner(name, x, n, other), lanes);
                AssertSame(y, other, n, name, lanes);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {worst:F3} ULP at {at:R}");
        Assert.True(worst <= bound, $"{name}: {worst:F3} ULP at {at:R} ({BitConverter.SingleToUInt32Bits(at):X8}); the bound is {bound}");
    }

    [Theory]
    [InlineData("exp", 0f, 1f), InlineData("exp", -200f, 0f), InlineData("exp", 89f, float.PositiveInfinity)]
    [InlineData("exp", float.NegativeInfinity, 0f), InlineData("exp", float.NaN, float.NaN)]
    [InlineData("expm1", -0f, -0f), InlineData("expm1", -50f, -1f), InlineData("expm1", 1e-40f, 1e-40f)]
    [InlineData("log", 0f, float.NegativeInfinity), InlineData("log", -1f, float.NaN)]
    [InlineData("log", 1f, 0f), InlineData("log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("log1p", -1f, float.NegativeInfinity), InlineData("log1p", -0f, -0f), InlineData("log1p", -2f, float.NaN)]
    [InlineData("tanh", float.NegativeInfinity, -1f), InlineData("tanh", -0f, -0f), InlineData("tanh", float.NaN, float.NaN)]
    [InlineData("erf", float.PositiveInfinity, 1f), InlineData("erf", -0f, -0f), InlineData("erf", float.NaN, float.NaN)]
    [InlineData("sigmoid", float.NegativeInfinity, 0f), InlineData("sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("sin", float.PositiveInfinity, float.NaN), InlineData("sin", -0f, -0f), InlineData("cos", 0f, 1f)]
    [InlineData("softplus", float.NegativeInfinity, 0f), InlineData("softplus", float.PositiveInfinity, float.PositiveInfinity)]
    public void Special_values(string name, float x, float expected)
    {
        float y;
        Apply<V1>(name, &x, 1, &y);
        if (float.IsNaN(expected)) Assert.True(float.IsNaN(y));
        else Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(y));
    }

    [Fact]
    public void Pow_error_is_bounded_and_bits_are_equal_on_every_width()
    {
        const int n = 1 << 12;
        float* x = stackalloc float[n];
        float* p = stackalloc float[n];
        float* y = stackalloc float[n];
        float* other = stackalloc float[n];
        var random = new Random(3);
        double near = 0, far = 0;
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < n; i++)
            {
                x[i] = (float)Math.Exp((random.NextDouble() - 0.5) * (round % 2 == 0 ? 170 : 2));
                double logarithm = Math.Log(x[i]);
                p[i] = (float)((random.NextDouble() * 2 - 1) * 86 / Math.Max(Math.Abs(logarithm), 1e-3));
            }
            ElementwiseLoops.Binary<V1, PowerBody>(x, p, n, default, y);
            for (int i = 0; i < n; i++)
            {
                double error = Ulps(y[i], Math.Pow(x[i], p[i]));
                if (Math.Abs(p[i] * Math.Log(x[i])) <= 8) near = Math.Max(near, error);
                else far = Math.Max(far, error);
            }
            foreach (int lanes in SimdWidth.Supported)
            {
                SimdWidth.Run<PowRunner, bool>(new PowRunner(x, p, n, other), lanes);
                AssertSame(y, other, n, "pow", lanes);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"pow: {near:F3} ULP near, {far:F3} far");
        Assert.True(near <= 2, $"{near:F3} ULP where |y ln x| ≤ 8");
        Assert.True(far <= 12, $"{far:F3} ULP");
    }

    [Fact]
    public void Pow_special_values_are_those_of_MathF()
    {
        float[] values = [0f, -0f, 1f, -1f, 2f, -2f, 3f, -3f, 0.5f, -0.5f, 1.5f, 1e30f, -1e30f, 1e-40f, float.PositiveInfinity,
            float.NegativeInfinity, float.NaN];
        foreach (float x in values)
            foreach (float p in values)
            {
                float a = x, b = p, y;
                ElementwiseLoops.Binary<V1, PowerBody>(&a, &b, 1, default, &y);
                double expected = Math.Pow(x, p);
                if (double.IsNaN(expected)) Assert.True(float.IsNaN(y), $"{x}^{p} = {y}");
                else Assert.True(Ulps(y, expected) <= 2 && float.IsNegative(y) == double.IsNegative(expected),
                    $"{x}^{p} = {y}, expected {expected}");
            }
    }

    /// <summary>
    /// The distance in units of the last place of the float nearest the expected value; 0 where both are NaN or both overflow.
    /// </summary>
    internal static double Ulps(float actual, double expected)
    {
        if (double.IsNaN(expected)) return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        if (float.IsNaN(actual)) return double.PositiveInfinity;
        float nearest = (float)expected;
        if (float.IsInfinity(nearest) || float.IsInfinity(actual))
            return nearest == actual || Math.Abs(expected) > 3.4028233e38 && Math.Abs(actual) > 3.4028233e38f ? 0 : double.PositiveInfinity;
        double unit = Math.Max(Math.Pow(2, -149), Math.Pow(2, Math.ILogB(nearest == 0 ? double.Epsilon : nearest) - 23));
        return Math.Abs(actual - expected) / unit;
    }

    static void AssertSame(float* expected, float* actual, int n, string name, int lanes)
    {
        for (int i = 0; i < n; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                Assert.Fail($"{name}: element {i} is {actual[i]:R} on {lanes} lanes and {expected[i]:R} on one");
    }

    static void Apply<T>(string name, float* x, int n, float* y) where T : unmanaged, IVec<T>
    {
        switch (name)
        {
            case "exp": ElementwiseLoops.Unary<T, ExpBody>(x, n, default, y); break;
            case "expm1": ElementwiseLoops.Unary<T, Expm1Body>(x, n, default, y); break;
            case "log": ElementwiseLoops.Unary<T, LogBody>(x, n, default, y); break;
            case "log1p": ElementwiseLoops.Unary<T, Log1pBody>(x, n, default, y); break;
            case "sigmoid": ElementwiseLoops.Unary<T, SigmoidBody>(x, n, default, y); break;
            case "tanh": ElementwiseLoops.Unary<T, TanhBody>(x, n, default, y); break;
            case "erf": ElementwiseLoops.Unary<T, ErfBody>(x, n, default, y); break;
            case "softplus": ElementwiseLoops.Unary<T, SoftplusBody>(x, n, default, y); break;
            case "sin": ElementwiseLoops.Unary<T, SinBody>(x, n, default, y); break;
            case "cos": ElementwiseLoops.Unary<T, CosBody>(x, n, default, y); break;
            default: throw new ArgumentException(name);
        }
    }

    static double Reference(string name, double x) => name switch
    {
        "exp" => Math.Exp(x),
        "expm1" => References.Expm1(x),
        "log" => Math.Log(x),
        "log1p" => References.Log1p(x),
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        "tanh" => Math.Tanh(x),
        "erf" => References.Erf(x),
        "softplus" => x > 0 ? x + References.Log1p(Math.Exp(-x)) : References.Log1p(Math.Exp(x)),
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        _ => throw new ArgumentException(name),
    };

    readonly struct Runner(string name, float* x, int n, float* y) : IWidthUser<bool>
    {
        readonly float* _x = x, _y = y;
        public bool Use<T>() where T : unmanaged, IVec<T>
        {
            Apply<T>(name, _x, n, _y);
            return true;
        }
    }

    readonly struct PowRunner(float* x, float* p, int n, float* y) : IWidthUser<bool>
    {
        readonly float* _x = x, _p = p, _y = y;
        public bool Use<T>() where T : unmanaged, IVec<T>
        {
            ElementwiseLoops.Binary<T, PowerBody>(_x, _p, n, default, _y);
            return true;
        }
    }
}
