namespace Fovea;

public static partial class Losses
{
    /// <summary>
    /// 1 − (2 · Σ p · t + smooth) / (Σ p + Σ t + smooth) over the places of each sample and class, the mean over classes: one loss a
    /// sample (Milletari and others, 2016). p is the softmax of the logits N, C, … over classes, of a single class the sigmoid.
    /// </summary>
    /// <param name="smooth">Added above and below: an empty class that nothing is taken for costs nothing.</param>
    public static Loss Dice(double smooth = 1)
    {
        Natural(smooth, nameof(smooth));
        return Named(Text($"Dice(smooth={smooth:R})"), (logits, target) =>
        {
            var (common, sizes) = Overlap(logits, target);
            return ByClass(1 - (2 * common + smooth) / (sizes + smooth));
        });
    }

    /// <summary>
    /// 1 − (Σ p · t + smooth) / (Σ p + Σ t − Σ p · t + smooth), otherwise as <see cref="Dice"/>: one less intersection over union.
    /// </summary>
    /// <param name="smooth">Added above and below.</param>
    public static Loss Jaccard(double smooth = 1)
    {
        Natural(smooth, nameof(smooth));
        return Named(Text($"Jaccard(smooth={smooth:R})"), (logits, target) =>
        {
            var (common, sizes) = Overlap(logits, target);
            return ByClass(1 - (common + smooth) / (sizes - common + smooth));
        });
    }

    /// <summary>Σ p · t and Σ p + Σ t over all places: N, C; without places over the classes, N.</summary>
    static (Tensor Common, Tensor Sizes) Overlap(Tensor logits, Tensor target)
    {
        var t = Like(logits, target);
        var p = logits.Shape[1] == 1 ? logits.Sigmoid() : logits.Softmax(1);
        int[] places = logits.Rank == 2 ? [1] : [.. Enumerable.Range(2, logits.Rank - 2)];
        return ((p * t).Sum(places), (p + t).Sum(places));
    }

    static Tensor ByClass(Tensor losses) => losses.Rank == 2 ? losses.Mean(1) : losses;
}
