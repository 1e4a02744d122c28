namespace Fovea;

public static partial class Losses
{
    /// <summary>The square of the difference. Labels stand for 1 at their class and 0 elsewhere (Brier, 1950).</summary>
    public static Loss MeanSquared { get; } = Named("MeanSquared", (prediction, target) => Difference(prediction, target).Square());

    /// <summary>The size of the difference. Labels stand for 1 at their class and 0 elsewhere.</summary>
    public static Loss MeanAbsolute { get; } = Named("MeanAbsolute", (prediction, target) => Difference(prediction, target).Abs());

    /// <summary>d² / 2 where |d| ≤ delta, beyond it delta · (|d| − delta / 2): outliers pull no harder than delta (Huber, 1964).</summary>
    /// <param name="delta">Where the parabola becomes a line.</param>
    public static Loss Huber(double delta = 1)
    {
        Positive(delta, nameof(delta));
        return Named(Text($"Huber(delta={delta:R})"), (x, target) => HuberOf(Difference(x, target), delta));
    }

    /// <summary>d² / (2 · beta) where |d| &lt; beta, beyond it |d| − beta / 2: <see cref="Huber"/> over beta (Girshick, 2015).</summary>
    /// <param name="beta">Where the parabola becomes a line; 0 for |d|.</param>
    public static Loss SmoothL1(double beta = 1)
    {
        Natural(beta, nameof(beta));
        return Named(Text($"SmoothL1(beta={beta:R})"), (prediction, target) =>
        {
            var difference = Difference(prediction, target);
            return beta == 0 ? difference.Abs() : HuberOf(difference, beta) / beta;
        });
    }

    // With c the difference cut to ±delta both pieces are c · (d − c / 2).
    static Tensor HuberOf(Tensor difference, double delta)
    {
        var cut = difference.Clip(-delta, delta);
        return cut * (difference - 0.5 * cut);
    }

    /// <summary>1 − the cosine of the angle between prediction and target along axis 1.</summary>
    public static Loss Cosine { get; } =
        Named("Cosine", (prediction, target) => 1 - prediction.CosineSimilarity(Like(prediction, target)));

    static Tensor Difference(Tensor prediction, Tensor target) => prediction - Like(prediction, target);
}
