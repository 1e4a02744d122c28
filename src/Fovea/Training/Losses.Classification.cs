using Fovea.Tensors;

namespace Fovea;

public static partial class Losses
{
    /// <summary>Cross-entropy of logits N × classes and labels N: −ln softmax(logits)[label]. Or probabilities like the logits.</summary>
    public static Loss CrossEntropy { get; } = Named("CrossEntropy", (prediction, target) => prediction.CrossEntropies(target));

    /// <summary>
    /// Cross-entropy whose target keeps 1 − smoothing at the label and shares the rest out over all classes (Szegedy and others, 2016).
    /// With class weights or an ignored label it is one loss for the batch, or each shard of it: Σ loss / Σ weight of the labels that
    /// count, as in PyTorch.
    /// </summary>
    /// <param name="labelSmoothing">From 0 to 1; 0.1 is usual.</param>
    /// <param name="classWeights">How much each class counts; null for 1.</param>
    /// <param name="ignoredLabel">The label that means none and does not count; null for none such.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not from 0 to 1, or a weight is negative or not finite.</exception>
    public static Loss CrossEntropyWith(float labelSmoothing = 0, float[]? classWeights = null, long? ignoredLabel = null)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing is a share from 0 to 1.");
        foreach (float weight in classWeights ?? []) Natural(weight, nameof(classWeights));
        if (classWeights is null && ignoredLabel is null)
            return labelSmoothing == 0 ? CrossEntropy
                : Named(Text($"CrossEntropy(labelSmoothing={labelSmoothing:R})"), (x, target) => x.CrossEntropies(target, labelSmoothing));
        return Named(
            Text($"CrossEntropy(labelSmoothing={labelSmoothing:R}, classWeights={Text(classWeights)}, ignoredLabel={ignoredLabel})"),
            (x, target) => x.CrossEntropy(target, labelSmoothing, Constant(classWeights, x), ignoredLabel));
    }

    /// <summary>−x[label] of logarithms of probabilities N × classes, which a network that ends in LogSoftmax gives.</summary>
    public static Loss NegativeLogLikelihood { get; } = NegativeLogLikelihoodWith();

    /// <summary>
    /// −x[label] of logarithms of probabilities; with class weights or an ignored label Σ loss / Σ weight, as
    /// <see cref="CrossEntropyWith"/> has it.
    /// </summary>
    /// <param name="classWeights">How much each class counts; null for 1.</param>
    /// <param name="ignoredLabel">The label that means none and does not count; null for none such.</param>
    public static Loss NegativeLogLikelihoodWith(float[]? classWeights = null, long? ignoredLabel = null)
    {
        if (classWeights is null && ignoredLabel is null)
            return Named("NegativeLogLikelihood", (x, target) => x.NegativeLogLikelihoods(target));
        return Named(Text($"NegativeLogLikelihood(classWeights={Text(classWeights)}, ignoredLabel={ignoredLabel})"), (x, target) =>
        {
            var weights = Constant(classWeights, x);
            return x.NegativeLogLikelihoods(target, weights, ignoredLabel).Sum() / x.LabelWeights(target, weights, ignoredLabel).Sum();
        });
    }

    /// <summary>
    /// Cross-entropy of each logit by itself, for classes that do not exclude one another:
    /// −t · ln σ(x) − (1 − t) · ln(1 − σ(x)) for targets t from 0 to 1.
    /// </summary>
    public static Loss BinaryCrossEntropy { get; } = BinaryCrossEntropyWith();

    /// <summary>Cross-entropy of each logit by itself, weighted as in PyTorch: w · (−p · t · ln σ(x) − (1 − t) · ln(1 − σ(x))).</summary>
    /// <param name="positiveWeights">p, one a class (axis 1): what rare classes count where they are; null for 1.</param>
    /// <param name="classWeights">w, one a class: what it counts in all; null for 1.</param>
    public static Loss BinaryCrossEntropyWith(float[]? positiveWeights = null, float[]? classWeights = null)
    {
        string name = positiveWeights is null && classWeights is null ? "BinaryCrossEntropy"
            : Text($"BinaryCrossEntropy(positiveWeights={Text(positiveWeights)}, classWeights={Text(classWeights)})");
        return Named(name, (x, target) =>
        {
            var losses = BinaryCrossEntropies(x, Like(x, target), Constant(positiveWeights, x));
            return Constant(classWeights, x) is { } weights ? losses * TensorFunctions.AlongClasses(weights, x.Rank) : losses;
        });
    }

    // Two softplus rather than one and a difference: no digits cancel where the loss is small.
    static Tensor BinaryCrossEntropies(Tensor x, Tensor t, Tensor? positiveWeights = null)
    {
        var positive = positiveWeights is null ? t : t * TensorFunctions.AlongClasses(positiveWeights, x.Rank);
        return positive * (-x).Softplus() + (1 - t) * x.Softplus();
    }

    /// <summary>
    /// Cross-entropy of logits and labels, less for what is right already: (1 − p)^gamma · −ln p, p the probability of the label (Lin and
    /// others, 2017). A negative label means none.
    /// </summary>
    /// <param name="gamma">From 0 (plain cross-entropy); 2 is usual.</param>
    /// <param name="classWeights">What each class counts; null for 1.</param>
    public static Loss Focal(double gamma = 2, float[]? classWeights = null)
    {
        Natural(gamma, nameof(gamma));
        return Named(Text($"Focal(gamma={gamma:R}, classWeights={Text(classWeights)})"), (x, target) =>
        {
            var loss = x.CrossEntropies(target);
            var focal = Rest(-(-loss).Expm1(), gamma) * loss;
            return Constant(classWeights, x) is { } weights ? focal * x.LabelWeights(target, weights) : focal;
        });
    }

    /// <summary>
    /// Binary cross-entropy of each logit, less for what is right already: a · (1 − p)^gamma · −ln p, where p is the probability of what
    /// is true and a is alpha where that is the class and 1 − alpha elsewhere (Lin and others, 2017).
    /// </summary>
    /// <param name="gamma">From 0; 2 is usual.</param>
    /// <param name="alpha">From 0 to 1; null for no such weight.</param>
    public static Loss BinaryFocal(double gamma = 2, double? alpha = 0.25)
    {
        Natural(gamma, nameof(gamma));
        if (alpha is { } share && !(share is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is a share from 0 to 1.");
        return Named(Text($"BinaryFocal(gamma={gamma:R}, alpha={alpha:R})"), (x, target) =>
        {
            var t = Like(x, target);
            var focal = Rest(t * (-x).Sigmoid() + (1 - t) * x.Sigmoid(), gamma) * BinaryCrossEntropies(x, t);
            return alpha is { } a ? focal * ((2 * a - 1) * t + (1 - a)) : focal;
        });
    }

    /// <summary>
    /// (1 − p)^gamma of 1 − p. Away from 0, where a gamma below 1 has an infinite slope: that times a loss of 0 would be NaN.
    /// </summary>
    static Tensor Rest(Tensor rest, double gamma) => gamma == 1 ? rest : gamma == 2 ? rest.Square() : rest.Clip(1e-12, 1).Power(gamma);

    /// <summary>max(margin − t · x, 0) for targets t = ±1; a label is 1 at its class and −1 elsewhere.</summary>
    /// <param name="margin">How far on the right side costs nothing.</param>
    /// <param name="squared">Whether it is squared.</param>
    public static Loss Hinge(double margin = 1, bool squared = false)
    {
        Natural(margin, nameof(margin));
        return Named(Text($"Hinge(margin={margin:R}, squared={(squared ? "true" : "false")})"), (x, target) =>
        {
            bool labels = !target.ElementType.IsFloating() && (target.Rank < x.Rank || x.Shape[-1] == 1);
            var signs = labels ? 2 * Like(x, target) - 1 : target.Cast(x.ElementType);
            var loss = (margin - signs * x).Relu();
            return squared ? loss.Square() : loss;
        });
    }

    /// <summary>
    /// Σ over the other classes of max(margin − x[label] + x[c], 0)^power / classes, of scores N × classes and labels (Crammer and Singer,
    /// 2001; torch's multi_margin_loss). A negative label means none.
    /// </summary>
    /// <param name="margin">How much higher the label's score has to be.</param>
    /// <param name="power">1 or 2.</param>
    /// <param name="classWeights">What each label's class counts; null for 1.</param>
    public static Loss MultiClassHinge(double margin = 1, int power = 1, float[]? classWeights = null)
    {
        Natural(margin, nameof(margin));
        if (power is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(power), power, "The power is 1 or 2.");
        return Named(Text($"MultiClassHinge(margin={margin:R}, power={power}, classWeights={Text(classWeights)})"), (x, target) =>
        {
            var chosen = Like(x, target);
            var zero = Tensor.Constant(0, x.ElementType);
            var score = Tensor.Where(chosen > 0, x, zero).Sum([1], keepAxes: true);
            var over = Tensor.Where(chosen > 0, zero, (margin - score + x).Relu());
            // Of what has no label no score is too high.
            var isThere = (chosen > 0).Cast(x.ElementType).Sum(1) > 0;
            var loss = Tensor.Where(isThere, (power == 1 ? over : over.Square()).Mean(1), zero);
            return Constant(classWeights, x) is { } weights ? loss * x.LabelWeights(target, weights) : loss;
        });
    }

    /// <summary>
    /// How much a distribution differs from a true one, Σ t · (ln t − x) for x the logarithms of the predicted probabilities, one loss a
    /// sample: the mean over samples is torch's "batchmean". Where t is 0 the term is 0.
    /// </summary>
    /// <param name="logTarget">Whether the targets are logarithms, too.</param>
    public static Loss KullbackLeibler(bool logTarget = false) =>
        Named(Text($"KullbackLeibler(logTarget={(logTarget ? "true" : "false")})"), (x, target) =>
        {
            if (logTarget) return PerSample(target.Exp() * (target - x));
            var isThere = target > 0;
            var terms = target * (Tensor.Where(isThere, target, Tensor.Constant(1, target.ElementType)).Log() - x);
            return PerSample(Tensor.Where(isThere, terms, Tensor.Constant(0, x.ElementType)));
        });
}
