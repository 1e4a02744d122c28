using System.Numerics;
using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class SoftmaxTests
{
    delegate void Loop(float* x, float* z, float* y);

    [Theory]
    [InlineData(1, 1), InlineData(7, 10), InlineData(3, 16), InlineData(5, 33), InlineData(2, 1000)]
    public void Softmax_and_its_logarithm(int rows, int columns)
    {
        float[] x = Widths.Normal(columns, rows * columns, 5, 300);
        float[] y = Widths.Same("softmax", () => Softmax<V1>(), () => Softmax<V128>(), () => Softmax<V256>(), () => Softmax<V512>());
        float[] log = Widths.Same("log", () => Log<V1>(), () => Log<V128>(), () => Log<V256>(), () => Log<V512>());
        var expected = Rows(x, columns, Probabilities);
        Widths.AssertNear("softmax", expected, y, 2e-6, 1e-30);
        Widths.AssertNear("log", Array.ConvertAll(expected, Math.Log), log, 1e-6, 1e-6);

        float[] Softmax<T>() where T : unmanaged, IVec<T> =>
            Run(x, null, x.Length, (a, _, b) => SoftmaxLoops.Softmax<T>(a, rows, columns, b));
        float[] Log<T>() where T : unmanaged, IVec<T> =>
            Run(x, null, x.Length, (a, _, b) => SoftmaxLoops.LogSoftmax<T>(a, rows, columns, b));
    }

    [Theory]
    [InlineData(7, 10), InlineData(3, 16), InlineData(2, 700)]
    public void Gradients(int rows, int columns)
    {
        float[] x = Widths.Normal(columns, rows * columns, 2), g = Widths.Normal(1, rows * columns);
        var p = Rows(x, columns, Probabilities);
        float[] y = Array.ConvertAll(p, v => (float)v), logY = Array.ConvertAll(p, v => (float)Math.Log(v));
        float[] gradient = Widths.Same("softmax", () => Softmax<V1>(), () => Softmax<V128>(), () => Softmax<V256>(), () => Softmax<V512>());
        float[] logGradient = Widths.Same("log", () => Log<V1>(), () => Log<V128>(), () => Log<V256>(), () => Log<V512>());
        var expected = new double[x.Length];
        var logExpected = new double[x.Length];
        for (int r = 0; r < rows; r++)
        {
            double dot = 0, sum = 0;
            for (int i = r * columns; i < (r + 1) * columns; i++) (dot, sum) = (dot + p[i] * g[i], sum + g[i]);
            for (int i = r * columns; i < (r + 1) * columns; i++) (expected[i], logExpected[i]) = (p[i] * (g[i] - dot), g[i] - p[i] * sum);
        }
        Widths.AssertNear("softmax", expected, gradient, 1e-5, 1e-7);
        Widths.AssertNear("log", logExpected, logGradient, 1e-5, 1e-6);

        float[] Softmax<T>() where T : unmanaged, IVec<T> =>
            Run(y, g, x.Length, (a, b, c) => SoftmaxLoops.SoftmaxGradient<T>(a, b, rows, columns, c));
        float[] Log<T>() where T : unmanaged, IVec<T> =>
            Run(logY, g, x.Length, (a, b, c) => SoftmaxLoops.LogSoftmaxGradient<T>(a, b, rows, columns, c));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Over_channels_of_a_row_major_image(bool logarithm)
    {
        const int channels = 21, pixels = 77;
        float[] x = Widths.Normal(1, channels * pixels, 3, -500);
        float[] y = Widths.Same("channels", () => Over<V1>(pixels), () => Over<V128>(pixels), () => Over<V256>(pixels),
            () => Over<V512>(pixels));
        Widths.AssertSame("cut", y, Over<V128>(32));
        var expected = new double[x.Length];
        for (int p = 0; p < pixels; p++)
        {
            var probabilities = Probabilities([.. Enumerable.Range(0, channels).Select(c => (double)x[c * pixels + p])]);
            for (int c = 0; c < channels; c++) expected[c * pixels + p] = logarithm ? Math.Log(probabilities[c]) : probabilities[c];
        }
        Widths.AssertNear("channels", expected, y, 2e-6, logarithm ? 1e-6 : 1e-30);

        float[] Over<T>(int cut) where T : unmanaged, IVec<T> => Run(x, null, x.Length, (a, _, b) =>
        {
            for (int i = 0; i < pixels; i += cut) SoftmaxLoops.OverChannels<T>(a + i, channels, pixels, Math.Min(cut, pixels - i),
                logarithm, b + i);
        });
    }

    [Theory]
    [InlineData(0f, 10), InlineData(0.1f, 10), InlineData(0.1f, 1000), InlineData(0f, 2)]
    public void Cross_entropy_and_its_gradient(float smoothing, int classes)
    {
        const int rows = 12;
        float[] x = Widths.Normal(classes, rows * classes, 3, 50), g = Widths.Normal(2, rows);
        long[] labels = [.. Enumerable.Range(0, rows).Select(r => r == 5 ? -100L : r * 7L % classes)];
        float[] loss = Widths.Same("loss", () => Loss<V1, long>(), () => Loss<V128, long>(), () => Loss<V256, int>(), () => Loss<V512,
            int>());
        float[] gradient = Widths.Same("gradient", () => Grad<V1, long>(), () => Grad<V128, long>(), () => Grad<V256, int>(),
            () => Grad<V512, int>());
        var expected = new double[rows];
        var gradientExpected = new double[x.Length];
        for (int r = 0; r < rows; r++)
        {
            if (labels[r] < 0) continue;
            var p = Probabilities(Widths.Doubles(x[(r * classes)..((r + 1) * classes)]));
            for (int c = 0; c < classes; c++)
            {
                double target = smoothing / classes + (c == labels[r] ? 1 - smoothing : 0);
                expected[r] -= target * Math.Log(p[c]);
                gradientExpected[r * classes + c] = g[r] * (p[c] - target);
            }
        }
        Widths.AssertNear("loss", expected, loss, 2e-6, 1e-5);
        Widths.AssertNear("gradient", gradientExpected, gradient, 1e-5, 1e-6);

        float[] Loss<T, TLabel>() where T : unmanaged, IVec<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
        {
            var own = Array.ConvertAll(labels, TLabel.CreateTruncating);
            return Run(x, null, rows, (a, _, b) =>
            {
                fixed (TLabel* l = own) CrossEntropyLoops.Loss<T, TLabel>(a, l, rows, classes, new(smoothing), null, b);
            });
        }

        float[] Grad<T, TLabel>() where T : unmanaged, IVec<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
        {
            var own = Array.ConvertAll(labels, TLabel.CreateTruncating);
            return Run(x, g, x.Length, (a, b, c) =>
            {
                fixed (TLabel* l = own) CrossEntropyLoops.Gradient<T, TLabel>(a, l, b, rows, classes, new(smoothing), c);
            });
        }
    }

    [Fact]
    public void A_label_that_is_no_class_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => Run(new float[10], null, 1, (a, _, b) =>
        {
            long label = 10;
            CrossEntropyLoops.Loss<V128, long>(a, &label, 1, 10, new(0), null, b);
        }));
        Assert.Contains("label 10", error.Message);
    }

    static float[] Run(float[] x, float[]? z, int count, Loop loop)
    {
        var y = new float[count];
        fixed (float* px = x, pz = z, py = y) loop(px, pz, py);
        return y;
    }

    static double[] Rows(float[] x, int columns, Func<double[], double[]> row) =>
        [.. Enumerable.Range(0, x.Length / columns).SelectMany(r => row(Widths.Doubles(x[(r * columns)..((r + 1) * columns)])))];

    static double[] Probabilities(double[] x)
    {
        double max = x.Max(), sum = x.Sum(v => Math.Exp(v - max));
        return Array.ConvertAll(x, v => Math.Exp(v - max) / sum);
    }
}
