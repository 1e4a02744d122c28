using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class OptimizerLoopTests
{
    const int Count = 101, Steps = 5;

    [Theory]
    [InlineData(0, 0, false), InlineData(0.9, 0, false), InlineData(0.9, 0.01, false), InlineData(0.9, 0.01, true)]
    public void Sgd_is_the_textbooks(double momentum, double decay, bool nesterov)
    {
        var step = new SgdStep(0.1f, (float)momentum, (float)decay, nesterov, 0.5f);
        float[] w = Widths.Same("sgd", () => Run<V1>(Count), () => Run<V128>(16), () => Run<V256>(48), () => Run<V512>(32));
        double[] expected = Widths.Doubles(Widths.Normal(1, Count)), velocity = new double[Count];
        for (int s = 0; s < Steps; s++)
        {
            float[] g = Widths.Normal(10 + s, Count);
            for (int i = 0; i < Count; i++)
            {
                double d = 0.5 * g[i] + decay * expected[i];
                velocity[i] = momentum * velocity[i] + d;
                expected[i] -= 0.1 * (nesterov ? d + momentum * velocity[i] : momentum != 0 ? velocity[i] : d);
            }
        }
        Widths.AssertNear("sgd", expected, w, 1e-5, 1e-6);

        float[] Run<T>(int cut) where T : unmanaged, IVec<T>
        {
            float[] weight = Widths.Normal(1, Count), v = new float[Count];
            for (int s = 0; s < Steps; s++)
                fixed (float* g = Widths.Normal(10 + s, Count), pv = v, pw = weight)
                    for (int i = 0; i < Count; i += cut)
                        OptimizerLoops.Sgd<T>(pw + i, g + i, pv + i, Math.Min(cut, Count - i), step, pw + i, pv + i);
            return weight;
        }
    }

    [Theory]
    [InlineData(0, false), InlineData(0.05, false), InlineData(0.05, true)]
    public void Adam_is_the_papers(double decay, bool decoupled)
    {
        float[] w = Widths.Same("adam", () => Run<V1>(Count), () => Run<V128>(16), () => Run<V256>(48), () => Run<V512>(32));
        double[] expected = Widths.Doubles(Widths.Normal(1, Count)), m = new double[Count], v = new double[Count];
        for (int s = 0; s < Steps; s++)
        {
            float[] g = Widths.Normal(10 + s, Count);
            for (int i = 0; i < Count; i++)
            {
                double d = g[i] + (decoupled ? 0 : decay * expected[i]);
                if (decoupled) expected[i] *= 1 - 0.01 * decay;
                m[i] = 0.9 * m[i] + 0.1 * d;
                v[i] = 0.999 * v[i] + 0.001 * d * d;
                double first = m[i] / (1 - Math.Pow(0.9, s + 1)), second = v[i] / (1 - Math.Pow(0.999, s + 1));
                expected[i] -= 0.01 * first / (Math.Sqrt(second) + 1e-8);
            }
        }
        Widths.AssertNear("adam", expected, w, 1e-5, 1e-6);

        float[] Run<T>(int cut) where T : unmanaged, IVec<T>
        {
            float[] weight = Widths.Normal(1, Count), first = new float[Count], second = new float[Count];
            for (int s = 0; s < Steps; s++)
                fixed (float* g = Widths.Normal(10 + s, Count), pm = first, pv = second, pw = weight)
                    for (int i = 0; i < Count; i += cut)
                        OptimizerLoops.Adam<T>(pw + i, g + i, pm + i, pv + i, Math.Min(cut, Count - i),
                            new(0.01f, 0.9, 0.999, 1e-8f, (float)decay, decoupled, 1 - Math.Pow(0.9, s + 1), 1 - Math.Pow(0.999, s + 1)),
                            pw + i, pm + i, pv + i);
            return weight;
        }
    }

    [Theory]
    [InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void RmsProp_is_the_textbooks(bool centered, bool moves)
    {
        var step = new RmsPropStep(0.01f, 0.9, 1e-3f, moves ? 0.9f : 0f, 0.01f, 0.5f);
        float[] w = Widths.Same("rmsprop", () => Run<V1>(Count), () => Run<V128>(16), () => Run<V256>(48), () => Run<V512>(32));
        double[] expected = Widths.Doubles(Widths.Normal(1, Count)), s = new double[Count], a = new double[Count], v = new double[Count];
        for (int t = 0; t < Steps; t++)
        {
            float[] g = Widths.Normal(10 + t, Count);
            for (int i = 0; i < Count; i++)
            {
                double d = 0.5 * g[i] + 0.01 * expected[i];
                s[i] = 0.9 * s[i] + 0.1 * d * d;
                a[i] = 0.9 * a[i] + 0.1 * d;
                double u = d / (Math.Sqrt(s[i] - (centered ? a[i] * a[i] : 0)) + 1e-3);
                v[i] = 0.9 * v[i] + u;
                expected[i] -= 0.01 * (moves ? v[i] : u);
            }
        }
        Widths.AssertNear("rmsprop", expected, w, 1e-5, 1e-6);

        float[] Run<T>(int cut) where T : unmanaged, IVec<T>
        {
            float[] weight = Widths.Normal(1, Count), square = new float[Count], mean = new float[Count], velocity = new float[Count];
            for (int t = 0; t < Steps; t++)
                fixed (float* g = Widths.Normal(10 + t, Count), ps = square, pa = mean, pv = velocity, pw = weight)
                    for (int i = 0; i < Count; i += cut)
                        OptimizerLoops.RmsProp<T>(pw + i, g + i, ps + i, centered ? pa + i : null, moves ? pv + i : null,
                            Math.Min(cut, Count - i), step, pw + i, ps + i, centered ? pa + i : null, moves ? pv + i : null);
            return weight;
        }
    }

    [Fact]
    public void Adadelta_is_the_papers()
    {
        var step = new AdadeltaStep(0.5f, 0.9, 1e-4f, 0.01f, 0.5f);
        float[] w = Widths.Same("adadelta", () => Run<V1>(Count), () => Run<V128>(16), () => Run<V256>(48), () => Run<V512>(32));
        double[] expected = Widths.Doubles(Widths.Normal(1, Count)), s = new double[Count], d = new double[Count];
        for (int t = 0; t < Steps; t++)
        {
            float[] gradient = Widths.Normal(10 + t, Count);
            for (int i = 0; i < Count; i++)
            {
                double g = 0.5 * gradient[i] + 0.01 * expected[i];
                s[i] = 0.9 * s[i] + 0.1 * g * g;
                double u = Math.Sqrt(d[i] + 1e-4) / Math.Sqrt(s[i] + 1e-4) * g;
                d[i] = 0.9 * d[i] + 0.1 * u * u;
                expected[i] -= 0.5 * u;
            }
        }
        Widths.AssertNear("adadelta", expected, w, 1e-5, 1e-6);

        float[] Run<T>(int cut) where T : unmanaged, IVec<T>
        {
            float[] weight = Widths.Normal(1, Count), square = new float[Count], steps = new float[Count];
            for (int t = 0; t < Steps; t++)
                fixed (float* g = Widths.Normal(10 + t, Count), ps = square, pd = steps, pw = weight)
                    for (int i = 0; i < Count; i += cut)
                        OptimizerLoops.Adadelta<T>(pw + i, g + i, ps + i, pd + i, Math.Min(cut, Count - i), step, pw + i, ps + i, pd + i);
            return weight;
        }
    }

    [Theory]
    [InlineData(1, 1), InlineData(3, 784), InlineData(784, 3), InlineData(16, 16), InlineData(17, 33), InlineData(64, 49),
        InlineData(100, 70)]
    public void Transpose_moves_every_element(int rows, int columns)
    {
        // Pitches wider than the rows: what lies between must stay untouched.
        int pitchX = columns + 3, pitchY = rows + 5;
        uint[] x = [.. Enumerable.Range(0, rows * pitchX).Select(i => (uint)i + 7)], y = new uint[columns * pitchY];
        fixed (uint* px = x, py = y) TransposeLoops.Transpose(px, rows, columns, pitchX, pitchY, py);
        for (int c = 0; c < columns; c++)
            for (int r = 0; r < pitchY; r++) Assert.Equal(r < rows ? x[r * pitchX + c] : 0u, y[c * pitchY + r]);
    }
}
