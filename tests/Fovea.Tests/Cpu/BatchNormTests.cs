using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class BatchNormTests
{
    const float Epsilon = 1e-5f;

    [Theory]
    [InlineData(1, 3, 0), InlineData(2, 16, 0), InlineData(31, 5, 0), InlineData(33, 64, 0), InlineData(1000, 20, 0),
        InlineData(1024, 16, 3)]
    [InlineData(2500, 37, 0), InlineData(3333, 8, 1000), InlineData(5200, 3, -1e4)]
    public void Statistics_agree_with_double_however_large_the_mean(int rows, int channels, double shift)
    {
        float[] x = Widths.Normal(rows, rows * channels, 2, shift);
        float[] y = Widths.Same("statistics", () => Statistics<V1>(x, rows, channels), () => Statistics<V128>(x, rows, channels),
            () => Statistics<V256>(x, rows, channels), () => Statistics<V512>(x, rows, channels));
        var (mean, deviations) = Expected(x, rows, channels);
        Widths.AssertNear("mean", mean, y.AsSpan(0, channels), 2e-7, 1e-6);
        Widths.AssertNear("deviations", deviations, y.AsSpan(channels, channels), 3e-5, 1e-12);
    }

    [Fact]
    public void Normalisation_with_activation_and_residual()
    {
        const int rows = 700, channels = 21;
        float[] x = Widths.Normal(1, rows * channels, 2, 1), residual = Widths.Normal(2, x.Length);
        float[] gamma = Widths.Normal(3, channels), beta = Widths.Normal(4, channels);
        var (mean, deviations) = Expected(x, rows, channels);
        float[] y = Widths.Same("relu", () => Apply<V1>(false), () => Apply<V128>(false), () => Apply<V256>(false),
            () => Apply<V512>(false));
        float[] added = Widths.Same("add", () => Apply<V1>(true), () => Apply<V128>(true), () => Apply<V256>(true),
            () => Apply<V512>(true));
        var expected = new double[x.Length];
        var addedExpected = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % channels;
            double v = gamma[c] * (x[i] - mean[c]) / Math.Sqrt(deviations[c] / rows + Epsilon) + beta[c];
            (expected[i], addedExpected[i]) = (Math.Max(v, 0), Math.Max(v + residual[i], 0));
        }
        Widths.AssertNear("relu", expected, y, 1e-5, 1e-6);
        Widths.AssertNear("add", addedExpected, added, 1e-5, 1e-6);

        float[] Apply<T>(bool add) where T : unmanaged, IVec<T>
        {
            float[] statistics = Statistics<T>(x, rows, channels), scale = new float[channels], shift = new float[channels];
            var result = new float[x.Length];
            fixed (float* px = x, pr = residual, pg = gamma, pb = beta, ps = statistics, pscale = scale, pshift = shift, py = result)
            {
                BatchNormLoops.Variance(ps + channels, rows, channels, ps + channels);
                BatchNormLoops.Finish(ps, ps + channels, channels, Epsilon, pg, pb, pscale, pshift);
                if (add) BatchNormLoops.ApplyAdd<T, ReluBody>(px, pr, rows, channels, pscale, pshift, default, py);
                else BatchNormLoops.Apply<T, ReluBody>(px, rows, channels, pscale, pshift, default, py);
            }
            return result;
        }
    }

    [Theory]
    [InlineData(false, 50, 5), InlineData(true, 50, 5), InlineData(true, 2500, 20), InlineData(false, 1024, 64)]
    public void Gradient_agrees_with_double(bool relu, int rows, int channels)
    {
        float[] x = Widths.Normal(1, rows * channels, 2, 1), g = Widths.Normal(2, x.Length), gamma = Widths.Normal(3, channels);
        var (mean, deviations) = Expected(x, rows, channels);
        float[] y = [.. x.Select((v, i) => (float)Math.Max(gamma[i % channels] * (v - mean[i % channels]), 0))];
        float[] all = Widths.Same("gradient", () => Gradient<V1>(), () => Gradient<V128>(), () => Gradient<V256>(), () => Gradient<V512>());

        double[] gradX = new double[x.Length], gradGamma = new double[channels], gradBeta = new double[channels],
            masked = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % channels;
            masked[i] = relu && y[i] <= 0 ? 0 : g[i];
            gradBeta[c] += masked[i];
            gradGamma[c] += masked[i] * (x[i] - mean[c]) / Math.Sqrt(deviations[c] / rows + Epsilon);
        }
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % channels;
            double rstd = 1 / Math.Sqrt(deviations[c] / rows + Epsilon);
            gradX[i] = gamma[c] * rstd * (masked[i] - gradBeta[c] / rows - (x[i] - mean[c]) * rstd * gradGamma[c] / rows);
        }
        Widths.AssertNear("gradX", gradX, all.AsSpan(0, x.Length), 1e-5, 1e-6);
        Widths.AssertNear("residual", masked, all.AsSpan(x.Length, x.Length), 0);
        Widths.AssertNear("gamma", gradGamma, all.AsSpan(2 * x.Length, channels), 1e-5, 1e-4);
        Widths.AssertNear("beta", gradBeta, all.AsSpan(2 * x.Length + channels, channels), 1e-5, 1e-4);

        float[] Gradient<T>() where T : unmanaged, IVec<T>
        {
            nint pitch = BatchNormLoops.Pitch(channels), count = (rows + BatchNormLoops.Piece - 1) / BatchNormLoops.Piece;
            float[] statistics = Statistics<T>(x, rows, channels), pieces = new float[count * 2 * pitch], work = new float[6 * channels];
            float[] scratch = new float[BatchNormLoops.ScratchFloats(channels)], result = new float[2 * x.Length + 2 * channels];
            fixed (float* px = x, pg = g, py = y, pm = statistics, pp = pieces, pw = work, ps = scratch, pgamma = gamma, pr = result)
            {
                float* output = relu ? py : null;
                float* a = pw, b = a + channels, k = b + channels, gradParameters = pr + 2 * x.Length;
                BatchNormLoops.Variance(pm + channels, rows, channels, pm + channels);
                for (nint i = 0; i < count; i++)
                {
                    nint at = i * BatchNormLoops.Piece * channels;
                    BatchNormLoops.GradientSumsPiece<T>(px + at, pg + at, output == null ? null : output + at,
                        Math.Min(BatchNormLoops.Piece, rows - i * BatchNormLoops.Piece), channels, channels, pm, ps, pp + i * 2 * pitch,
                        pp + i * 2 * pitch + pitch);
                }
                BatchNormLoops.JoinGradientSums<T>(pp, count, channels);
                BatchNormLoops.FinishGradient(pp, pp + pitch, pgamma, pm + channels, Epsilon, rows, channels, a, b, k, gradParameters,
                    gradParameters + channels);
                BatchNormLoops.ApplyGradient<T>(px, pg, output, rows, channels, pm, a, b, k, pr + x.Length, pr);
            }
            return result;
        }
    }

    /// <summary>The means, then the sums of squared deviations.</summary>
    static float[] Statistics<T>(float[] x, int rows, int channels) where T : unmanaged, IVec<T>
    {
        nint pitch = BatchNormLoops.Pitch(channels), count = (rows + BatchNormLoops.Piece - 1) / BatchNormLoops.Piece;
        float[] pieces = new float[count * 2 * pitch], scratch = new float[BatchNormLoops.ScratchFloats(channels)];
        Array.Fill(scratch, float.NaN);
        fixed (float* px = x, pp = pieces, ps = scratch)
        {
            for (nint i = 0; i < count; i++)
                BatchNormLoops.StatisticsPiece<T>(px + i * BatchNormLoops.Piece * channels,
                    Math.Min(BatchNormLoops.Piece, rows - i * BatchNormLoops.Piece),
                    channels, channels, ps, pp + i * 2 * pitch, pp + i * 2 * pitch + pitch);
            BatchNormLoops.JoinStatistics<T>(pp, count, rows, channels);
        }
        return [.. pieces[..channels], .. pieces[(int)pitch..((int)pitch + channels)]];
    }

    static (double[] Mean, double[] Deviations) Expected(float[] x, int rows, int channels)
    {
        double[] mean = new double[channels], deviations = new double[channels];
        for (int i = 0; i < x.Length; i++) mean[i % channels] += x[i];
        for (int c = 0; c < channels; c++) mean[c] /= rows;
        for (int i = 0; i < x.Length; i++) deviations[i % channels] += (x[i] - mean[i % channels]) * (x[i] - mean[i % channels]);
        return (mean, deviations);
    }
}
