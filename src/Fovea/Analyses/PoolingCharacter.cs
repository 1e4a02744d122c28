using Fovea.Analyses;
using Fovea.Modules;
using Fovea.Ops;

namespace Fovea;

/// <summary>How a pooled number behaves when noise is added to the image.</summary>
/// <param name="Bias">Mean over places and draws of pooled noisy − pooled clean.</param>
/// <param name="Variance">Variance of the same over draws, mean over places.</param>
/// <param name="Signal">Variance of the pooled clean image over its places: what of its texture is left.</param>
public sealed record PoolingNoise(double Bias, double Variance, double Signal);

/// <summary>A fully connected layer behind poolings, and what it would have without one of them.</summary>
/// <param name="Pool">The path of the pooling.</param>
/// <param name="Layer">The path of the fully connected layer.</param>
/// <param name="Weights">The layer's weights.</param>
/// <param name="WeightsWithout">Its weights if that pooling were left out.</param>
public sealed record PoolingSaving(string Pool, string Layer, long Weights, long WeightsWithout)
{
    /// <summary>Weights that the pooling saves.</summary>
    public long Saved => WeightsWithout - Weights;
}

public static partial class Analysis
{
    /// <summary>
    /// Adds normal noise to an image again and again, pools it, and gives bias and variance of the pooled numbers. A mean over n pixels has
    /// variance σ²/n and no bias; a maximum is biased upwards.
    /// </summary>
    /// <param name="pool">The pooling, of tensors N, C, H, W.</param>
    /// <param name="image">The clean image C, H, W.</param>
    /// <param name="deviation">σ of the noise.</param>
    /// <param name="draws">How often noise is drawn.</param>
    /// <param name="seed">Of the noise.</param>
    public static PoolingNoise PoolingUnderNoise(Func<Tensor, Tensor> pool, Tensor image, double deviation, int draws = 256, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(deviation);
        var clean = pool(image.Unsqueeze(0));
        var noise = SampleValue.Normal<float>([draws, .. image.Shape.ToDims()], seed).ToTensor();
        var noisy = pool(image.Unsqueeze(0) + noise * deviation);
        float[] still = clean.ToArray(), moved = noisy.ToArray();
        double bias = 0, variance = 0, mean = still.Average(v => (double)v), signal = still.Average(v => (v - mean) * (v - mean));
        for (int place = 0; place < still.Length; place++)
        {
            double sum = 0, squares = 0;
            for (int draw = 0; draw < draws; draw++)
            {
                double apart = (double)moved[draw * still.Length + place] - still[place];
                sum += apart;
                squares += apart * apart;
            }
            bias += sum / draws / still.Length;
            variance += (squares - sum * sum / draws) / (draws - 1) / still.Length;
        }
        return new(bias, variance, signal);
    }

    /// <summary>
    /// What poolings save: they have no weights of their own and change none before them; the fully connected layer behind them shrinks by
    /// as much as the map does.
    /// </summary>
    /// <param name="model">A built model.</param>
    public static IReadOnlyList<PoolingSaving> PoolingSavings(Module model)
    {
        var replay = new Replay(model);
        var run = replay.Run(Tensor.Zeros([1, .. replay.InputShape.AsSpan()]));
        var savings = new List<PoolingSaving>();
        var pools = new List<(string Scope, double Ratio)>();
        for (int i = 0; i < replay.Program.Steps.Count; i++)
        {
            var step = replay.Program.Steps[i];
            if (step.Op is MaxPool or AveragePool or Reduce { How: Reduction.Mean or Reduction.Max })
            {
                var (before, after) = (run.Values[step.Inputs[0]].Shape, run.Output(i).Shape);
                if (before.Rank > 2 && before.Count != after.Count)
                    pools.Add((step.Scope, (double)before.Count.Value / after.Count.Value));
            }
            else if (step.Op is Ops.Linear)
            {
                long weights = run.Values[step.Inputs[1]].Shape.Count.Value;
                savings.AddRange(pools.Select(p => new PoolingSaving(p.Scope, step.Scope, weights, (long)Math.Round(weights * p.Ratio))));
                pools.Clear();                       // those behind it have as many inputs with any pooling
            }
        }
        return savings;
    }
}
