using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class PoolTests
{
    /// <summary>Windows of one, two and three dimensions: common ones, then odd ones.</summary>
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Windows.Length)];

    static readonly PoolWindow[] Windows =
    [
        new(2, 32, PoolAxis.Absent, Axis(8, 2, 2), Axis(6, 2, 2)),
        new(2, 10, PoolAxis.Absent, Axis(9, 2, 2), Axis(7, 2, 2)),
        new(1, 64, PoolAxis.Absent, Axis(11, 3, 2, 1, 1), Axis(10, 3, 2, 1, 1)),
        new(3, 5, PoolAxis.Absent, Axis(7, 3, 1, 1, 1), Axis(7, 3, 1, 1, 1)),
        new(2, 70, PoolAxis.Absent, Axis(9, 3, 3), Axis(12, 3, 3)),
        new(1, 17, PoolAxis.Absent, Axis(12, 3, 2, 2, 1, dilation: 2), Axis(9, 2, 1, 0, 1, dilation: 3)),
        new(2, 33, PoolAxis.Absent, PoolAxis.Absent, Axis(20, 4, 2, 1, 2)),
        new(1, 8, Axis(6, 2, 2), Axis(5, 3, 2, 1, 1), Axis(7, 2, 1)),
        new(2, 16, PoolAxis.Absent, Axis(4, 4, 1), Axis(5, 5, 1)),
        new(1, 3, PoolAxis.Absent, Axis(2, 1, 1, 1, 1), Axis(2, 1, 1, 1, 1)),
    ];

    static PoolAxis Axis(int input, int kernel, int stride, int padBegin = 0, int padEnd = 0, int dilation = 1) =>
        new(input, (input + padBegin + padEnd - dilation * (kernel - 1) - 1) / stride + 1, kernel, stride, dilation, padBegin, padEnd);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Max(int number)
    {
        var w = Windows[number];
        float[] x = Input(w);
        var (expected, indices) = NaiveMax(w, x);
        float[] y = Widths.Same("max", () => Forward<V1>(w, x, 1), () => Forward<V128>(w, x, 2), () => Forward<V256>(w, x, 3),
            () => Forward<V512>(w, x, 100));
        Widths.AssertNear("max", expected, y, 0);
        foreach (var (values, at) in new[] { Indices<V1>(w, x), Indices<V128>(w, x), V256.IsSupported ? Indices<V256>(w, x)
            : Indices<V1>(w, x), V512.IsSupported ? Indices<V512>(w, x) : Indices<V1>(w, x) })
        {
            Widths.AssertSame("values", y, values);
            Assert.Equal(indices, at);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Max_gradient(int number)
    {
        var w = Windows[number];
        float[] x = Input(w), g = Widths.Normal(1, (int)w.OutputPixels * w.Batch * w.Channels);
        var (_, indices) = NaiveMax(w, x);
        float[] gradient = Widths.Same("gradient", () => MaxGradient<V1>(w, x, g, 1000), () => MaxGradient<V128>(w, x, g, 16),
            () => MaxGradient<V256>(w, x, g, 32), () => MaxGradient<V512>(w, x, g, 16));
        Widths.AssertSame("by indices", gradient, GradientByIndices(w, indices, g));
        var expected = new double[x.Length];
        for (int i = 0; i < g.Length; i++)
        {
            int image = (int)(i / (w.OutputPixels * w.Channels));
            if (indices[i] >= 0) expected[(image * w.InputPixels + (nint)indices[i]) * w.Channels + i % w.Channels] += g[i];
        }
        Widths.AssertNear("gradient", expected, gradient, 1e-6, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Average_and_its_gradient(int number)
    {
        var w = Windows[number];
        foreach (bool countPadding in new[] { false, true })
        {
            float[] x = Input(w), g = Widths.Normal(1, (int)w.OutputPixels * w.Batch * w.Channels);
            float[] y = Widths.Same("average", () => Average<V1>(w, x, countPadding, 1), () => Average<V128>(w, x, countPadding, 2),
                () => Average<V256>(w, x, countPadding, 3), () => Average<V512>(w, x, countPadding, 100));
            float[] gradient = Widths.Same("gradient", () => AverageGradient<V1>(w, g, countPadding, 1),
                () => AverageGradient<V128>(w, g, countPadding, 3),
                () => AverageGradient<V256>(w, g, countPadding, 2), () => AverageGradient<V512>(w, g, countPadding, 100));
            var expected = new double[y.Length];
            var gradientExpected = new double[x.Length];
            foreach (var (output, taps, padded) in Walk(w))
                for (int c = 0; c < w.Channels; c++)
                {
                    double divisor = Math.Max(countPadding ? padded : taps.Count, 1);
                    expected[output * w.Channels + c] = taps.Sum(t => (double)x[t * w.Channels + c]) / divisor;
                    foreach (nint t in taps) gradientExpected[t * w.Channels + c] += g[output * w.Channels + c] / divisor;
                }
            Widths.AssertNear("average", expected, y, 1e-6, 1e-6);
            Widths.AssertNear("gradient", gradientExpected, gradient, 1e-6, 1e-6);
        }
    }

    [Fact]
    public void A_NaN_in_a_window_is_seen()
    {
        var w = Windows[0];
        float[] x = Input(w);
        x[5] = float.NaN;
        Assert.True(float.IsNaN(Forward<V128>(w, x, 1)[5]));
        Assert.Equal(0, Indices<V128>(w, x).Item2[5]);
    }

    /// <summary>
    /// Coarse values, so that ties are many; no −0, which the loops with and without indices may choose differently among zeros.
    /// </summary>
    static float[] Input(PoolWindow w) =>
        [.. Widths.Normal(w.Channels, (int)w.InputPixels * w.Batch * w.Channels, 3).Select(v => MathF.Round(v) + 0f)];

    /// <summary>
    /// Every output pixel with its taps (flat pixels over all images, ascending) and the taps that lie in the input or its padding.
    /// </summary>
    static IEnumerable<(nint Output, List<nint> Taps, int Padded)> Walk(PoolWindow w)
    {
        PoolAxis da = w.Depth, ha = w.Height, wa = w.Width;
        nint output = 0;
        for (int n = 0; n < w.Batch; n++)
            for (int d = 0; d < da.Output; d++)
                for (int h = 0; h < ha.Output; h++)
                    for (int o = 0; o < wa.Output; o++, output++)
                    {
                        var taps = new List<nint>();
                        int padded = 0;
                        for (int kd = 0; kd < da.Kernel; kd++)
                            for (int kh = 0; kh < ha.Kernel; kh++)
                                for (int kw = 0; kw < wa.Kernel; kw++)
                                {
                                    int i = d * da.Stride - da.PadBegin + kd * da.Dilation,
                                        j = h * ha.Stride - ha.PadBegin + kh * ha.Dilation;
                                    int k = o * wa.Stride - wa.PadBegin + kw * wa.Dilation;
                                    if (i < da.Input + da.PadEnd && j < ha.Input + ha.PadEnd && k < wa.Input + wa.PadEnd) padded++;
                                    if (i < 0 || j < 0 || k < 0 || i >= da.Input || j >= ha.Input || k >= wa.Input) continue;
                                    taps.Add((((nint)n * da.Input + i) * ha.Input + j) * wa.Input + k);
                                }
                        yield return (output, taps, padded);
                    }
    }

    static (double[] Values, long[] Indices) NaiveMax(PoolWindow w, float[] x)
    {
        var values = new double[w.Batch * w.OutputPixels * w.Channels];
        var indices = new long[values.Length];
        foreach (var (output, taps, _) in Walk(w))
            for (int c = 0; c < w.Channels; c++)
            {
                double best = double.NegativeInfinity;
                nint at = taps.Count > 0 ? taps[0] : -1;
                foreach (nint t in taps)
                    if (x[t * w.Channels + c] > best) (best, at) = (x[t * w.Channels + c], t);
                values[output * w.Channels + c] = best;
                indices[output * w.Channels + c] = at < 0 ? -1 : at % w.InputPixels;
            }
        return (values, indices);
    }

    static float[] Forward<T>(PoolWindow w, float[] x, int cut) where T : unmanaged, IVec<T>
    {
        var y = new float[w.Batch * w.OutputPixels * w.Channels];
        nint* offsets = stackalloc nint[w.Taps];
        fixed (float* px = x, py = y)
            for (nint row = 0; row < w.OutputRows; row += cut)
                MaxPoolLoops.Forward<T>(px, w, row, Math.Min(cut, w.OutputRows - row), offsets, py);
        return y;
    }

    static (float[], long[]) Indices<T>(PoolWindow w, float[] x) where T : unmanaged, IVec<T>
    {
        var y = new float[w.Batch * w.OutputPixels * w.Channels];
        var indices = new long[y.Length];
        nint* offsets = stackalloc nint[w.Taps];
        fixed (float* px = x, py = y)
        fixed (long* pi = indices)
            for (nint row = 0; row < w.OutputRows; row += 3)
                MaxPoolLoops.ForwardWithIndices<T>(px, w, row, Math.Min(3, w.OutputRows - row), offsets, py, pi);
        return (y, indices);
    }

    static float[] MaxGradient<T>(PoolWindow w, float[] x, float[] g, int cut) where T : unmanaged, IVec<T>
    {
        var gradient = new float[x.Length];
        Array.Fill(gradient, float.NaN);
        nint* offsets = stackalloc nint[w.Taps];
        fixed (float* px = x, pg = g, py = gradient)
            for (int image = 0; image < w.Batch; image++)
                for (int c = 0; c < w.Channels; c += cut)
                    MaxPoolLoops.Gradient<T>(px, pg, w, image, c, Math.Min(cut, w.Channels - c), offsets, py);
        return gradient;
    }

    static float[] GradientByIndices(PoolWindow w, long[] indices, float[] g)
    {
        var gradient = new float[w.Batch * w.InputPixels * w.Channels];
        fixed (float* pg = g, py = gradient)
        fixed (long* pi = indices)
            for (int image = 0; image < w.Batch; image++)
                MaxPoolLoops.GradientByIndices<V128>(pg, pi, w.InputPixels, w.OutputPixels, w.Channels, image, 0, w.Channels, py);
        return gradient;
    }

    static float[] Average<T>(PoolWindow w, float[] x, bool countPadding, int cut) where T : unmanaged, IVec<T>
    {
        var y = new float[w.Batch * w.OutputPixels * w.Channels];
        nint* offsets = stackalloc nint[w.Taps];
        fixed (float* px = x, py = y)
            for (nint row = 0; row < w.OutputRows; row += cut)
                AveragePoolLoops.Forward<T>(px, w, countPadding, row, Math.Min(cut, w.OutputRows - row), offsets, py);
        return y;
    }

    static float[] AverageGradient<T>(PoolWindow w, float[] g, bool countPadding, int cut) where T : unmanaged, IVec<T>
    {
        var gradient = new float[w.Batch * w.InputPixels * w.Channels];
        fixed (float* pg = g, py = gradient)
            for (nint row = 0; row < w.InputRows; row += cut)
                AveragePoolLoops.Gradient<T>(pg, w, countPadding, row, Math.Min(cut, w.InputRows - row), py);
        return gradient;
    }
}
