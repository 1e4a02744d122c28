using System.Globalization;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>
/// What a pool's backward pass does with the sum of the gradient: pools that choose or share out keep it; where one does not, by how much
/// is computed from the windows by a formula.
/// </summary>
public sealed class PoolingConservationTests(ITestOutputHelper output)
{
    const int Shapes = 60;

    // Sums of some hundred doubles of size 1.
    const double Rounding = 1e-10;

    [Fact]
    public void Max_keeps_the_sum() => Keeps("max", WindowCase, (x, c) => x.MaxPool(c.Kernel, c.Stride, c.Padding, c.Dilation, c.Ceil));

    [Fact]
    public void Average_without_counted_padding_keeps_the_sum() => Keeps("average", WindowCase,
        (x, c) => Tensor.Apply(new AveragePool(c.Geometry), x));

    [Fact]
    public void Stochastic_keeps_the_sum() => Keeps("stochastic", WindowCase, (x, c) =>
    {
        var places = Tensor.Apply(new AveragePool(c.Geometry), x).Shape;
        return Tensor.Apply(new StochasticPool(c.Geometry), x, PoolingCases.Normal(places, 99));
    });

    [Fact]
    public void Stochastic_of_zeros_keeps_the_sum() => Keeps("stochastic, zeros", WindowCase, (x, c) =>
    {
        // A rectified image: half of it is 0, and some windows are throughout.
        var places = Tensor.Apply(new AveragePool(c.Geometry), x).Shape;
        return Tensor.Apply(new StochasticPool(c.Geometry), x, PoolingCases.Normal(places, 99));
    }, rectified: true);

    [Fact]
    public void K_max_keeps_the_sum() => Keeps("k-max", random => (PoolingCases.Sequence(random), 0),
        c => c.Item1.Input, (x, c) => x.KMaxPool(c.Item1.K));

    [Fact]
    public void Adaptive_max_keeps_the_sum() =>
        Keeps("adaptive max", PoolingCases.Bins, c => c.Input, (x, c) => x.AdaptiveMaxPool(c.Outputs));

    [Fact]
    public void Adaptive_average_keeps_the_sum() =>
        Keeps("adaptive average", PoolingCases.Bins, c => c.Input, (x, c) => x.AdaptiveAveragePool(c.Outputs));

    [Fact]
    public void Global_pools_keep_the_sum()
    {
        Keeps("global max", PoolingCases.Bins, c => c.Input, (x, _) => x.GlobalMaxPool());
        Keeps("global average", PoolingCases.Bins, c => c.Input, (x, _) => x.GlobalAveragePool());
    }

    /// <summary>
    /// Counted padding takes its share of the gradient with it: window q loses (1 − pixels / counted taps) · dy, so the sum that arrives is
    /// Σ dy · pixels / counted taps.
    /// </summary>
    [Fact]
    public void Counted_padding_loses_its_share() => Differs("average with counted padding", WindowCase, c => c.Image,
        (x, c) => Tensor.Apply(new AveragePool(c.Geometry, CountPadding: true), x),
        (c, x, y, dy) => Windows(c, x).Select((w, q) => w.Counted == 0 ? 0 : dy[q] * w.Pixels.Length / w.Counted).Sum());

    /// <summary>
    /// The norm's gradient is a vector of which the dual norm is 1, not the sum: what arrives is Σ over windows of
    /// dy · Σ sign(x) · (|x| / y)^(p − 1).
    /// </summary>
    [Theory]
    [InlineData(1.0)]
    [InlineData(2.0)]
    [InlineData(3.0)]
    [InlineData(2.5)]
    public void Lp_scales_the_sum(double p) => Differs($"Lp, p = {p.ToString(CultureInfo.InvariantCulture)}", WindowCase, c => c.Image,
        (x, c) => Tensor.Apply(new LpPool(c.Geometry, p), x),
        (c, x, y, dy) => Windows(c, x).Select((w, q) => y[q] == 0 ? 0
            : dy[q] * w.Pixels.Sum(v => Math.Sign(v) * Math.Pow(Math.Abs(v) / y[q], p - 1))).Sum());

    sealed record Case(PoolingGeometry Geometry, Shape Image)
    {
        public Dims Kernel => Geometry.Kernel;
        public Dims Stride => Geometry.Stride;
        public Dims Padding => new([.. Geometry.PadBegin, .. Geometry.PadEnd]);
        public Dims Dilation => Geometry.Dilation;
        public bool Ceil => Geometry.Rounding != PoolingRounding.Floor;
    }

    // Windows that see a pixel each: one without has a gradient that goes nowhere, by definition.
    static Case WindowCase(Random random)
    {
        while (true)
        {
            var drawn = PoolingCases.Windows(random);
            var c = new Case(drawn.Geometry, drawn.Input);
            if (Windows(c, new double[drawn.Input.Count.Value]).All(w => w.Pixels.Length > 0)) return c;
        }
    }

    void Keeps(string name, Func<Random, Case> draw, Func<Tensor, Case, Tensor> pool, bool rectified = false) =>
        Keeps(name, draw, c => c.Image, pool, rectified);

    void Keeps<T>(string name, Func<Random, T> draw, Func<T, Shape> image, Func<Tensor, T, Tensor> pool, bool rectified = false) =>
        Differs(name, draw, image, pool, (_, _, _, dy) => dy.Sum(), rectified);

    void Differs<T>(string name, Func<Random, T> draw, Func<T, Shape> image, Func<Tensor, T, Tensor> pool,
        Func<T, double[], double[], double[], double> expected, bool rectified = false)
    {
        var random = new Random(20262);
        double lost = 0, given = 0, worst = 0;
        for (int i = 0; i < Shapes; i++)
        {
            var c = draw(random);
            var x = PoolingCases.Distinct(image(c), i + 1);
            if (rectified) x = Tensor.From(x.Relu().ToArray<double>(), x.Shape);
            x.Watch();
            var y = pool(x, c);
            var dy = PoolingCases.Normal(y.Shape, 500 + i);
            double[] dx = Gradients.Of((y * dy).Sum(), x).ToArray<double>(), incoming = dy.ToArray<double>();
            double arrives = dx.Sum(), should = expected(c, x.ToArray<double>(), y.ToArray<double>(), incoming);
            Assert.True(Math.Abs(arrives - should) <= Rounding, string.Create(CultureInfo.InvariantCulture,
                $"{name}, case {i}, {c}: {arrives:R} arrives instead of {should:R}; the sum given is {incoming.Sum():R}."));
            worst = Math.Max(worst, Math.Abs(arrives - should));
            lost += incoming.Sum() - should;
            given += incoming.Sum();
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {Shapes} shapes; given {given:G6}, lost {lost:G6} as its formula says; worst deviation {worst:G2}"));
    }

    /// <summary>For each place, row-major: the pixels of its window, and how many of its taps lie in the image or its padding.</summary>
    static IEnumerable<(double[] Pixels, int Counted)> Windows(Case c, double[] x)
    {
        int[] sizes = [.. c.Image.Slice(2, c.Geometry.Rank).Select(d => (int)d)];
        int[] places = [.. sizes.Select((size, i) => (int)c.Geometry.OutputSize(i, size))];
        int channels = (int)c.Image[0] * (int)c.Image[1], pixels = sizes.Aggregate(1, (a, b) => a * b);
        for (int channel = 0; channel < channels; channel++)
            foreach (int[] place in Walk(places))
            {
                var seen = new List<double>();
                int counted = 0;
                foreach (int[] tap in Walk([.. c.Kernel]))
                {
                    bool inside = true, padded = true;
                    int at = 0;
                    for (int i = 0; i < sizes.Length; i++)
                    {
                        int pixel = place[i] * c.Stride[i] - c.Geometry.PadBegin[i] + tap[i] * c.Dilation[i];
                        inside &= pixel >= 0 && pixel < sizes[i];
                        padded &= pixel < sizes[i] + c.Geometry.PadEnd[i];
                        at = at * sizes[i] + pixel;
                    }
                    if (padded) counted++;
                    if (inside) seen.Add(x[channel * pixels + at]);
                }
                yield return ([.. seen], counted);
            }
    }

    static IEnumerable<int[]> Walk(int[] sizes)
    {
        int count = sizes.Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < count; i++)
        {
            int[] place = new int[sizes.Length];
            int rest = i;
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
            {
                place[axis] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            yield return place;
        }
    }
}
