using Microsoft.Extensions.Logging;

namespace Fovea.Training;

/// <summary>The events of a run.</summary>
static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information, "Training {Name} in {Folder}: {Parameters} parameters, {Samples} samples, {Steps} steps")]
    public static partial void Started(ILogger logger, string name, string folder, long parameters, int samples, long steps);

    [LoggerMessage(2, LogLevel.Information, "Resumed at step {Step} of {Steps}")]
    public static partial void Resumed(ILogger logger, long step, long steps);

    [LoggerMessage(3, LogLevel.Information,
        "Epoch {Epoch}: loss {TrainLoss:F4}, accuracy {TrainAccuracy:F4}; validation: {ValidationLoss:F4}, {ValidationAccuracy:F4}")]
    public static partial void Epoch(
        ILogger logger, int epoch, double trainLoss, double trainAccuracy, double? validationLoss, double? validationAccuracy);

    [LoggerMessage(4, LogLevel.Debug, "Checkpoint at step {Step}")]
    public static partial void Checkpoint(ILogger logger, long step);

    [LoggerMessage(5, LogLevel.Warning, "The checkpoint {Path} is damaged; the one before is tried: {Reason}")]
    public static partial void Damaged(ILogger logger, string path, string reason);

    [LoggerMessage(6, LogLevel.Information, "Stopped early: {Epochs} epochs without a better one")]
    public static partial void StoppedEarly(ILogger logger, int epochs);

    [LoggerMessage(7, LogLevel.Information, "Cancelled at step {Step}; the run can be resumed")]
    public static partial void Cancelled(ILogger logger, long step);

    [LoggerMessage(8, LogLevel.Error, "{Message}")]
    public static partial void Diverged(ILogger logger, string message);

    [LoggerMessage(9, LogLevel.Information, "Done: {ModelPath}, digest {Digest}")]
    public static partial void Done(ILogger logger, string modelPath, string digest);

    [LoggerMessage(10, LogLevel.Warning, "{ModelPath} holds the weights alone: {Reason}")]
    public static partial void WeightsAlone(ILogger logger, string modelPath, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The superfluous checkpoint {Path} cannot be deleted: {Reason}")]
    public static partial void NotDeleted(ILogger logger, string path, string reason);
}
