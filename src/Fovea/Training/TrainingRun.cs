using System.Diagnostics;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fovea.Training;

/// <summary>One run of training, from the first step (or the one after the last checkpoint) to the model file.</summary>
sealed class TrainingRun
{
    static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    readonly Module _model;
    readonly Dataset _train;
    readonly Dataset? _validation;
    readonly TrainingOptions _options;
    readonly IProgress<TrainingProgress>? _progress;
    readonly FileOperations _files;
    readonly ILogger _logger;
    readonly Optimizer _optimizer;
    readonly DateTimeOffset _started;
    readonly RunFolder _folder;
    readonly Normalization? _normalization;
    readonly LoaderOptions _loading;
    readonly int _stepsPerEpoch;
    readonly long _totalSteps;
    readonly TrainingStep _step;
    readonly Evaluator _evaluator;
    readonly Variable[] _weights;
    readonly byte[][]? _best;
    readonly (string Name, Variable Variable)[] _saved;
    readonly Checkpoint _checkpoint;
    readonly List<EpochResult> _history = [];

    RunState _state = new();
    MetricsLog _metrics = null!;
    double _learningRate;
    long _imagesTrained;
    double _secondsTrained;
    long _epochStart, _lastCheckpoint, _lastReport, _stepsBefore;

    public TrainingRun(Module model, Dataset train, Dataset? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress, FileOperations files)
    {
        (_model, _train, _validation, _options, _progress, _files) = (model, train, validation, options, progress, files);
        _logger = options.Logger ?? NullLogger.Instance;
        if (!model.IsBuilt) model.Build(train.InputShape, options.Seed);
        _optimizer = options.Optimizer ?? new Adam();
        _started = TimeProvider.System.GetUtcNow();
        _folder = options.RunFolder is { } path ? new(path) : RunFolder.New(options.Name ?? model.GetType().Name, _started);
        _normalization = options.Normalize ? options.Normalization ?? train.ComputeNormalization() : null;
        _loading = new()
        {
            BatchSize = options.BatchSize, Seed = options.Seed, Augmentation = options.Augmentation, Normalization = _normalization,
            Threads = Trainer.LoaderThreads(options.LoaderThreads), EndEpoch = options.Epochs,
        };
        _loading.Validate(train);
        _stepsPerEpoch = _loading.StepsPerEpoch(train.Count);
        _totalSteps = Math.Min((long)options.Epochs * _stepsPerEpoch, options.MaxSteps ?? long.MaxValue);
        _step = new(model, train, options, _optimizer);
        _evaluator = new(model, options.Loss, train.InputShape, train.Classes.Count);
        _weights = [.. model.Variables];
        if (validation is not null && options.KeepBest) _best = [.. _weights.Select(w => new byte[w.Count * w.Type.Element.Size()])];
        _saved =
        [
            .. _weights.Select(w => ($"model.{w.Name}", w)),
            .. _optimizer.StateOf(_step.Parameters).Select(v => ($"optimizer.{v.Name}", v)),
        ];
        _checkpoint = new(_folder.CheckpointFolder, files, _logger);
    }

    public TrainingResult Run(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        _step.Prepare(Math.Min(_options.BatchSize, _train.Count));     // before anything is written: a shape may not fit
        using var folder = _folder.Open();
        using var metrics = _metrics = new MetricsLog(_folder.MetricsPath, _files);
        Begin();
        _stepsBefore = _state.Steps;
        _epochStart = _lastCheckpoint = Stopwatch.GetTimestamp();
        try
        {
            Train(cancellation);
        }
        catch (OperationCanceledException)
        {
            Save();
            TrainingLog.Cancelled(_logger, _state.Steps);
            throw;
        }
        return Finish(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    bool StoppedEarly => _options.EarlyStoppingPatience is { } patience && _state.EpochsSinceBest >= patience;

    bool IsDone => _state.Steps >= _totalSteps && _state.StepInEpoch == 0 || _state.Epoch >= _options.Epochs || StoppedEarly;

    /// <summary>Takes up an interrupted run, or starts one.</summary>
    void Begin()
    {
        DurableFile.DeleteLeftovers(_folder.Path, _files);
        DurableFile.DeleteLeftovers(_folder.CheckpointFolder, _files);
        _optimizer.Reset();
        var configuration = RunConfiguration.Of(_model, _train, _validation, _options, _optimizer, _normalization, _started);
        TrainingLog.Started(_logger, configuration.Name, _folder.Path, _step.Parameters.Sum(p => p.Count), _train.Count, _totalSteps);
        if (File.Exists(_folder.ConfigurationPath))
        {
            if (!_options.Resume)
                throw new ArgumentException($"{_folder.Path} holds a run already: resume it, or choose another folder.", "options");
            configuration.RequireSame(RunConfiguration.Read(_folder.ConfigurationPath), _folder.Path);
            if (_checkpoint.Load(_saved) is { } loaded)
            {
                Restore(loaded.State, loaded.Arrays);
                TrainingLog.Resumed(_logger, _state.Steps, _totalSteps);
                return;
            }
        }
        else
        {
            DurableFile.Write(_folder.ConfigurationPath, configuration.ToJson(), _files);
            _folder.MarkLatest(_files);
        }
        _metrics.CutTo(0);
        Save();
    }

    void Restore(RunState state, Dictionary<string, byte[]> arrays)
    {
        _state = state;
        _metrics.CutTo(state.MetricsLength);
        _history.AddRange(MetricsLog.Epochs(_folder.MetricsPath));
        if (_best is null || state.BestEpoch == 0) return;
        for (int i = 0; i < _best.Length; i++)
        {
            if (!arrays.TryGetValue($"best.{_weights[i].Name}", out byte[]? kept) || kept.Length != _best[i].Length)
                throw new ModelFormatException($"{_folder.CheckpointFolder}: the weights of the best epoch are missing.");
            kept.CopyTo(_best[i], 0);
        }
    }

    void Train(CancellationToken cancellation)
    {
        // Killed or cancelled between the last step of an epoch and its evaluation.
        if (_state.StepInEpoch > 0 && EndsEpoch) EndEpoch(cancellation);
        if (IsDone) return;
        var loading = _loading with { FirstEpoch = _state.Epoch, FirstStep = _state.StepInEpoch };
        using var loader = new BatchLoader(_train, loading, cancellation);
        while (!IsDone)
        {
            var batch = loader.Next() ?? throw new InvalidOperationException("The batches ended before the run.");
            Step(batch);
            if (EndsEpoch) EndEpoch(cancellation);
            else if (_state.Steps % (_options.CheckpointEvery ?? long.MaxValue) == 0
                || Stopwatch.GetElapsedTime(_lastCheckpoint) >= _options.CheckpointInterval) Save();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    bool EndsEpoch => _state.StepInEpoch == _stepsPerEpoch || _state.Steps == _totalSteps;

    void Step(Batch batch)
    {
        long start = Stopwatch.GetTimestamp();
        _learningRate = _optimizer.InitialLearningRate * _options.Schedule.Factor(new(_state.Steps, _totalSteps, _stepsPerEpoch));
        var result = _step.Run(batch, _learningRate, _state.Steps);
        _secondsTrained += Stopwatch.GetElapsedTime(start).TotalSeconds;
        _imagesTrained += batch.Count;
        if (!result.IsFinite) Diverge(batch, result);
        Advance(_state, batch.Count, result);
        if (_state.Steps % _options.RecordEvery == 0) _metrics.Step(_state.Epoch + 1, _state.Steps, _learningRate, result, batch.Count);
        if (_progress is not null && Stopwatch.GetElapsedTime(_lastReport) >= ReportInterval) Report(null);
    }

    // In place: a step allocates nothing.
    static void Advance(RunState state, int count, in StepResult result)
    {
        state.Steps++;
        state.StepInEpoch++;
        state.LossSum += (double)result.Loss * count;
        state.Correct += result.Correct;
        state.Seen += count;
    }

    void Diverge(Batch batch, StepResult result)
    {
        var error = Divergence.Explain(_model, _options, _step.Parameters, batch, _train.InputShape, result, _state.Steps + 1);
        TrainingLog.Diverged(_logger, error.Message);
        _metrics.Step(_state.Epoch + 1, _state.Steps + 1, _learningRate, result, batch.Count);
        _metrics.Flush();
        throw error;
    }

    void EndEpoch(CancellationToken cancellation)
    {
        var loading = _loading with { Augmentation = null, BatchSize = Math.Max(_options.BatchSize, EvaluationOptions.UsualBatchSize) };
        var validated = _validation is null ? null : _evaluator.Run(_validation, loading, [], cancellation);
        double seconds = _state.EpochSeconds + Stopwatch.GetElapsedTime(_epochStart).TotalSeconds;
        var epoch = new EpochResult(_state.Epoch + 1, _state.Steps, _learningRate, _state.LossSum / _state.Seen,
            (double)_state.Correct / _state.Seen, validated?.Loss, validated?.Accuracy, seconds);
        _history.Add(epoch);
        _metrics.Epoch(epoch);
        TrainingLog.Epoch(_logger, epoch.Epoch, epoch.TrainLoss, epoch.TrainAccuracy, epoch.ValidationLoss, epoch.ValidationAccuracy);
        if (_progress is not null) Report(epoch);
        _state = _state with { Epoch = _state.Epoch + 1, StepInEpoch = 0, LossSum = 0, Correct = 0, Seen = 0, EpochSeconds = 0 };
        if (validated is not null) Compare(_options.BestBy == BestBy.Accuracy ? validated.Accuracy : -validated.Loss);
        _epochStart = Stopwatch.GetTimestamp();
        Save();
    }

    /// <summary>Notes whether the epoch that ended is the best.</summary>
    void Compare(double value)
    {
        if (double.IsNaN(value)) value = double.NegativeInfinity;
        _state.EpochsSinceBest++;
        if (_state.BestEpoch > 0 && !(value > _state.BestValue)) return;
        (_state.BestEpoch, _state.BestValue, _state.EpochsSinceBest) = (_state.Epoch, value, 0);
        if (_best is null) return;
        for (int i = 0; i < _best.Length; i++)
        {
            byte[] kept = _best[i];
            VariableBytes.Use(_weights[i], bytes => bytes.CopyTo(kept));
        }
    }

    void Save()
    {
        _state.MetricsLength = _metrics.Flush();
        var state = _state with { EpochSeconds = _state.EpochSeconds + Stopwatch.GetElapsedTime(_epochStart).TotalSeconds };
        (string, Variable, byte[])[] best = _best is null || _state.BestEpoch == 0 ? []
            : [.. _best.Select((bytes, i) => ($"best.{_weights[i].Name}", _weights[i], bytes))];
        _checkpoint.Save(state, _saved, best);
        _lastCheckpoint = Stopwatch.GetTimestamp();
        TrainingLog.Checkpoint(_logger, _state.Steps);
    }

    void Report(EpochResult? completed)
    {
        _lastReport = Stopwatch.GetTimestamp();
        double perSecond = _secondsTrained > 0 ? _imagesTrained / _secondsTrained : 0;
        long done = _state.Steps - _stepsBefore;
        TimeSpan? left = done < 5 ? null : TimeSpan.FromSeconds(_secondsTrained / done * (_totalSteps - _state.Steps));
        _progress!.Report(new(_state.Epoch + 1, _options.Epochs, _state.StepInEpoch, _stepsPerEpoch, _state.LossSum / _state.Seen,
            (double)_state.Correct / _state.Seen, _learningRate, perSecond, left, completed));
    }

    TrainingResult Finish(double seconds)
    {
        if (StoppedEarly) TrainingLog.StoppedEarly(_logger, _state.EpochsSinceBest);
        int bestEpoch = _history.Count;
        if (_best is not null)
        {
            bestEpoch = _state.BestEpoch;
            for (int i = 0; i < _best.Length; i++) VariableBytes.Restore(_weights[i], _best[i]);
        }
        var kept = _history[bestEpoch - 1];
        var measured = new Dictionary<string, double> { ["trainLoss"] = kept.TrainLoss, ["trainAccuracy"] = kept.TrainAccuracy };
        if (kept.ValidationLoss is { } loss) measured["validationLoss"] = loss;
        if (kept.ValidationAccuracy is { } accuracy) measured["validationAccuracy"] = accuracy;
        new ModelCard
        {
            Classes = _train.Classes, InputShape = _train.InputShape, Normalization = _normalization, DataDigest = _train.Digest,
            Seed = _options.Seed, Metrics = measured,
        }.AttachTo(_model);
        ModelWriter.Write(_folder.ModelPath, _model, _files, _logger);
        string digest = WeightDigest.Of(_model);
        TrainingLog.Done(_logger, _folder.ModelPath, digest);
        return new()
        {
            RunFolder = _folder.Path, ModelPath = _folder.ModelPath, Digest = digest, History = _history, BestEpoch = bestEpoch,
            Steps = _state.Steps, Seconds = seconds, StoppedEarly = StoppedEarly,
            ImagesPerSecond = _secondsTrained > 0 ? _imagesTrained / _secondsTrained : 0,
        };
    }
}
