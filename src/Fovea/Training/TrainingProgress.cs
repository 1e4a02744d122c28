namespace Fovea;

/// <summary>How far a run is. Reported a few times a second and at the end of every epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Steps of this epoch that are done.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="Loss">The mean training loss of this epoch so far.</param>
/// <param name="Accuracy">The training accuracy of this epoch so far, from 0 to 1.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Images trained on a second, in this epoch.</param>
/// <param name="TimeLeft">An estimate for the rest of the run; null before there is one.</param>
/// <param name="Completed">What the epoch came to, when this report is its last; null before.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Step, int StepsPerEpoch, double Loss, double Accuracy,
    double LearningRate, double ImagesPerSecond, TimeSpan? TimeLeft, EpochResult? Completed);

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Steps">Steps made since the start of the run.</param>
/// <param name="LearningRate">The learning rate of its last step.</param>
/// <param name="TrainLoss">The mean loss of its samples, as they were trained on.</param>
/// <param name="TrainAccuracy">Their accuracy, from 0 to 1.</param>
/// <param name="ValidationLoss">The loss on the validation set after it; null without one.</param>
/// <param name="ValidationAccuracy">The accuracy on the validation set after it, from 0 to 1; null without one.</param>
/// <param name="Seconds">How long it took, validation included.</param>
public sealed record EpochResult(int Epoch, long Steps, double LearningRate, double TrainLoss, double TrainAccuracy,
    double? ValidationLoss, double? ValidationAccuracy, double Seconds);

/// <summary>What a run came to.</summary>
public sealed record TrainingResult
{
    /// <summary>The run's folder.</summary>
    public required string RunFolder { get; init; }

    /// <summary>The model file: self-contained.</summary>
    public required string ModelPath { get; init; }

    /// <summary>SHA-256 of the final weights, 64 hexadecimal digits (see <see cref="WeightDigest"/>).</summary>
    public required string Digest { get; init; }

    /// <summary>Every epoch, those before a resumption included.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>The epoch whose weights were kept, from 1.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Steps in all.</summary>
    public required long Steps { get; init; }

    /// <summary>How long this call took, in seconds; time before a resumption is not in it.</summary>
    public required double Seconds { get; init; }

    /// <summary>Images trained on a second in this call, validation not counted; 0 when nothing was left to do.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Whether it ended early for want of improvement.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>Epochs that were run.</summary>
    public int Epochs => History.Count;
}
