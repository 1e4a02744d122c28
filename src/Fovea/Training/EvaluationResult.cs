namespace Fovea;

/// <summary>How <see cref="Trainer.EvaluateAsync"/> evaluates.</summary>
public sealed record EvaluationOptions
{
    internal const int UsualBatchSize = 250;

    /// <summary>What the loss is; cross-entropy if null.</summary>
    public Loss? Loss { get; init; }

    /// <summary>Samples a batch. The result does not depend on it.</summary>
    public int BatchSize { get; init; } = UsualBatchSize;

    /// <summary>Further numbers to compute.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>How images are normalised; null for what the model was trained with (see <see cref="ModelCard"/>).</summary>
    public Data.Normalization? Normalization { get; init; }

    /// <summary>Background threads that read images ahead; null for one beside several compute threads, else none.</summary>
    public int? LoaderThreads { get; init; }
}

/// <summary>How good a model is on a data set.</summary>
public sealed record EvaluationResult
{
    /// <summary>The mean loss of the samples.</summary>
    public required double Loss { get; init; }

    /// <summary>The share of samples whose class was found, from 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Which class was taken for which; precision, recall and F1 of each.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>The metrics that were asked for, by name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>What the model gave for every sample.</summary>
    public required Predictions Predictions { get; init; }

    /// <summary>How many samples.</summary>
    public int Count => Predictions.Count;

    /// <summary>How long it took, in seconds.</summary>
    public required double Seconds { get; init; }
}
