using Fovea.Data;
using Microsoft.Extensions.Logging;

namespace Fovea;

/// <summary>What early stopping and the choice of the best epoch look at.</summary>
public enum BestBy
{
    /// <summary>The validation accuracy: larger is better.</summary>
    Accuracy,
    /// <summary>The validation loss: smaller is better.</summary>
    Loss,
}

/// <summary>How <see cref="Trainer.FitAsync"/> trains. All of it but where and how files are written decides the weights' digest.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often the training set is gone through, at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Samples a step, at least 1. The last step of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>What is made small.</summary>
    public Loss Loss { get; init; } = Losses.CrossEntropy;

    /// <summary>How parameters move; <see cref="Adam"/> if null. A run starts it afresh; not for two runs at once.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>How the optimizer's learning rate changes over the run.</summary>
    public Schedule Schedule { get; init; } = Schedule.Constant;

    /// <summary>Chooses initial weights (of a model that is not built yet), order, augmentation and dropout.</summary>
    public ulong Seed { get; init; }

    /// <summary>The largest global norm of all gradients together; larger ones are scaled down to it. Null for no limit.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>
    /// Into how many fixed parts a batch is cut. Each part has batch statistics of its own; their gradients join in a binary tree by the
    /// part's index. The bits depend on it, so it is recorded.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>Random changes to training images, or none.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>How images are normalised; null for the mean and deviation of the training set.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Whether images are normalised at all.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Stops after so many epochs without a better one on the validation set; null for never.</summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>What early stopping and <see cref="KeepBest"/> look at.</summary>
    public BestBy BestBy { get; init; } = BestBy.Accuracy;

    /// <summary>Whether the model ends with the weights of its best epoch on the validation set rather than the last ones.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Stops after so many steps; null for the end of the last epoch.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>The run's folder, made if missing; null for ./runs/&lt;UTC time&gt;-&lt;name&gt;.</summary>
    public string? RunFolder { get; init; }

    /// <summary>The network's name, for the folder and run.json; the model's class if null.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Whether a run that was interrupted in <see cref="RunFolder"/> goes on from its last checkpoint, to the digest it would have ended
    /// on. In a folder without a run one is started.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>A checkpoint after every so many steps, beside those at the end of every epoch; null for by time alone.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>A checkpoint when so long has passed since the last one.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A line in metrics.jsonl after every so many steps, beside those at the end of every epoch.</summary>
    public int RecordEvery { get; init; } = 50;

    /// <summary>Settings of the caller's own that decide the result (its network, say): recorded, and compared on resuming.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where events go; null for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Background threads that make batches ahead; null for one beside several compute threads, else none.</summary>
    public int? LoaderThreads { get; init; }

    /// <summary>Checks all numbers against the data.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    internal void Validate(Dataset train, Dataset? validation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Shards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RecordEvery, 1);
        ArgumentNullException.ThrowIfNull(Loss);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Settings);
        if (ClipNorm is { } norm && !(norm > 0 && double.IsFinite(norm)))
            throw new ArgumentOutOfRangeException(nameof(ClipNorm), norm, "The largest norm is positive.");
        if (Shards > BatchSize) throw new ArgumentException($"A batch of {BatchSize} cannot be cut into {Shards} shards.", nameof(Shards));
        if (EarlyStoppingPatience < 1)
            throw new ArgumentOutOfRangeException(nameof(EarlyStoppingPatience), EarlyStoppingPatience, "At least one epoch.");
        if (MaxSteps < 1) throw new ArgumentOutOfRangeException(nameof(MaxSteps), MaxSteps, "At least one step.");
        if (CheckpointEvery < 1) throw new ArgumentOutOfRangeException(nameof(CheckpointEvery), CheckpointEvery, "At least one step.");
        if (CheckpointInterval <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(CheckpointInterval), CheckpointInterval, "A positive time.");
        if (LoaderThreads < 0) throw new ArgumentOutOfRangeException(nameof(LoaderThreads), LoaderThreads, "Not fewer than 0.");
        if (EarlyStoppingPatience is not null && validation is null)
            throw new ArgumentException("Early stopping needs a validation set.", nameof(EarlyStoppingPatience));
        if (Resume && RunFolder is null) throw new ArgumentException("Resuming needs the folder of the run.", nameof(RunFolder));
        if (!Normalize && Normalization is not null)
            throw new ArgumentException("A normalisation is given, and normalising is off: choose one.", nameof(Normalize));
        if (validation is not null && (validation.InputShape != train.InputShape || validation.Classes.Count != train.Classes.Count))
            throw new ArgumentException(
                $"The validation set ({validation.InputShape}, {validation.Classes.Count} classes) is not of the kind of the training set "
                + $"({train.InputShape}, {train.Classes.Count} classes).", nameof(validation));
    }
}
