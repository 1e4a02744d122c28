using Fovea.Data;
using Fovea.Modules;
using Fovea.Training;

namespace Fovea;

/// <summary>Trains and evaluates classifiers.</summary>
public static class Trainer
{
    /// <summary>
    /// Trains a model. The run is written to a folder of its own: run.json (every setting), metrics.jsonl, checkpoints, and at the end the
    /// model file. The same settings, data and instruction set give the same bits, also after an interruption
    /// (<see cref="TrainingOptions.Resume"/>).
    /// </summary>
    /// <param name="model">The model; it is built for the images if it is not yet. It holds the final weights afterwards.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What epochs are compared on; null for nothing.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told a few times a second.</param>
    /// <param name="cancellationToken">Ends the run after the step it is at, with a checkpoint.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the folder holds another run.</exception>
    /// <exception cref="Errors.ShapeMismatchException">Model and data do not fit; the message has the mend.</exception>
    /// <exception cref="Errors.ResumeMismatchException">The run to resume had other settings; the message lists them.</exception>
    /// <exception cref="Errors.ModelFormatException">No checkpoint of the run to resume is whole, or it is of another network.</exception>
    /// <exception cref="Errors.DivergedException">The loss or a gradient is not finite; the message names the first bad layer.</exception>
    /// <exception cref="IOException">A file cannot be written; those before are untouched.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; a checkpoint was written.</exception>
    public static Task<TrainingResult> FitAsync(Module model, Dataset train, Dataset? validation = null, TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Start(model, train, validation, options, progress, FileOperations.System, cancellationToken);

    internal static Task<TrainingResult> Start(Module model, Dataset train, Dataset? validation, TrainingOptions? options,
        IProgress<TrainingProgress>? progress, FileOperations files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        options ??= new();
        options.Validate(train, validation);
        return OnOwnThread(
            () => new TrainingRun(model, train, validation, options, progress, files).Run(cancellationToken), cancellationToken);
    }

    /// <summary>Measures a model on a data set, as it predicts (running statistics, no dropout).</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The data set.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="Errors.ShapeMismatchException">Model and data do not fit; the message has the mend.</exception>
    public static Task<EvaluationResult> EvaluateAsync(
        Module model, Dataset data, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        if (!model.IsBuilt) _ = model.Parameters;                       // throws, and says what to do
        var loading = new LoaderOptions
        {
            BatchSize = options.BatchSize,
            Normalization = options.Normalization ?? ModelCard.Of(model)?.Normalization,
            Threads = LoaderThreads(options.LoaderThreads),
        };
        return OnOwnThread(() => new Evaluator(model, options.Loss ?? Losses.CrossEntropy, data.InputShape, data.Classes.Count)
            .Run(data, loading, options.Metrics, cancellationToken), cancellationToken);
    }

    // Batches are made beside the computation where there is a thread to do it.
    internal static int LoaderThreads(int? asked) => asked ?? (Engine.Threads > 1 ? 1 : 0);

    // A run computes for minutes: a thread of the pool is not its place.
    static Task<T> OnOwnThread<T>(Func<T> body, CancellationToken cancellation) =>
        Task.Factory.StartNew(body, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
