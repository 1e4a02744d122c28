using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Runs one computation on every vector width of the machine and holds them to equal bits.</summary>
internal static class Widths
{
    /// <summary>Asserts that all supported widths give the same bits as one lane, whose result is returned. (All NaNs are one.)</summary>
    public static float[] Same(string what, Func<float[]> v1, Func<float[]> v128, Func<float[]> v256, Func<float[]> v512)
    {
        float[] expected = v1();
        AssertSame($"{what}, 4 lanes", expected, v128());
        if (V256.IsSupported) AssertSame($"{what}, 8 lanes", expected, v256());
        if (V512.IsSupported) AssertSame($"{what}, 16 lanes", expected, v512());
        return expected;
    }

    public static void AssertSame(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, not {expected[i]:R}");
    }

    public static void AssertNear(string what, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double relative,
        double absolute = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsNaN(expected[i]) && float.IsNaN(actual[i])) continue;
            if ((float)expected[i] == actual[i]) continue;
            double error = Math.Abs(actual[i] - expected[i]);
            if (!(error <= absolute + relative * Math.Abs(expected[i])))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, not {expected[i]:R}: {error:G3} off");
        }
    }

    /// <summary>Normal deviates, reproducible.</summary>
    public static float[] Normal(int seed, int count, double scale = 1, double shift = 0)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double u = 1 - random.NextDouble(), v = random.NextDouble();
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v) * scale + shift);
        }
        return values;
    }

    public static double[] Doubles(float[] values) => Array.ConvertAll(values, v => (double)v);
}
