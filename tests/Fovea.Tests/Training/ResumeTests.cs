using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Tests.Data;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    static readonly Dataset Train = Small.Quarters(44), Validation = Small.Quarters(24, salt: 7);
    static readonly Lazy<Task<string>> Undisturbed = new(() => Task.Run(async () =>
    {
        using var folder = new TemporaryFolder();
        return (await Fit(folder["run"])).Digest;
    }));

    readonly TemporaryFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    static TrainingOptions Options(string folder) => new()
    {
        Epochs = 2, BatchSize = 16, Seed = 4, Optimizer = new Adam(0.02), Schedule = Schedule.Cosine().WithWarmUp(0.5), RunFolder = folder,
        Augmentation = new() { Shift = 1 }, CheckpointEvery = 2, RecordEvery = 1, ClipNorm = 5, LoaderThreads = 0,
    };

    static Task<TrainingResult> Fit(string folder, bool resume = false, FileOperations? files = null,
        IProgress<TrainingProgress>? progress = null, Func<TrainingOptions, TrainingOptions>? change = null,
        CancellationToken token = default)
    {
        var options = Options(folder) with { Resume = resume };
        return Trainer.Start(
            Small.Normalised(4), Train, Validation, change?.Invoke(options) ?? options, progress, files ?? FileOperations.System, token);
    }

    static string[] MetricsOf(string folder) =>
        [.. File.ReadAllLines(Path.Combine(folder, "metrics.jsonl")).Select(l => l.Split(",\"seconds\"")[0])];

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public async Task A_run_that_dies_at_any_file_operation_goes_on_to_the_same_bits(Fault fault)
    {
        string digest = await Undisturbed.Value;
        await Fit(_folder["whole"], token: Token);
        int at = 0;
        for (; ; at++)
        {
            string run = _folder[$"run{at}"];
            var files = new FaultyFiles(at, fault);
            try
            {
                await Fit(run, files: files, token: Token);
                break;                                          // more operations than the run has
            }
            catch (CrashException)
            {
                var result = await Fit(run, resume: true, token: Token);
                Assert.True(digest == result.Digest, $"operation {at} ({files.Failed}): {result.Digest}");
                Assert.Equal(MetricsOf(_folder["whole"]), MetricsOf(run));
                Assert.Equal(2, result.Epochs);
                Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["whole"], "model.safetensors")), File.ReadAllBytes(result.ModelPath));
                Assert.Empty(Directory.EnumerateFiles(run, "*.tmp-*", SearchOption.AllDirectories));
            }
        }
        Assert.True(at > 50, $"only {at} operations were tried");
    }

    [Theory]
    [InlineData("rmsprop")]
    [InlineData("adadelta")]
    [InlineData("groups")]
    public async Task Every_optimizer_goes_on_where_it_was(string kind)
    {
        Optimizer Create() => kind switch
        {
            "rmsprop" => new RmsProp(0.005, momentum: 0.9, centered: true),
            "adadelta" => new Adadelta(0.5, epsilon: 1e-3),
            _ => new AdamW(0.02)
            {
                Groups = [ParameterGroup.WithoutDecay, new("4.*", "5.*") { LearningRateFactor = 0.5, MaxNorm = 0.5, WeightDecay = 0.1 }],
            },
        };
        Func<TrainingOptions, TrainingOptions> change = o => o with { Optimizer = Create(), Schedule = Schedule.OneCycle() };
        string digest = (await Fit(_folder["whole"], change: change, token: Token)).Digest;
        foreach (int at in new[] { 12, 26, 40 })
        {
            string run = _folder[$"run{at}"];
            await Assert.ThrowsAsync<CrashException>(
                () => Fit(run, files: new FaultyFiles(at, Fault.CrashBefore), change: change, token: Token));
            Assert.Equal(digest, (await Fit(run, resume: true, change: change, token: Token)).Digest);
        }
        var other = await Assert.ThrowsAsync<ResumeMismatchException>(() => Fit(_folder["whole"], resume: true, token: Token,
            change: o => change(o) with { Optimizer = new AdamW(0.02) { Groups = [ParameterGroup.WithoutDecay] } }));
        Assert.Contains("optimizer was", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.Eio)]
    [InlineData(Fault.Enospc)]
    public async Task A_file_that_cannot_be_written_is_one_error_and_leaves_a_run_to_resume(Fault fault)
    {
        string digest = await Undisturbed.Value;
        for (int at = 0; at < 50; at += 3)
        {
            string run = _folder[$"run{at}"];
            var files = new FaultyFiles(at, fault);
            var error = await Record.ExceptionAsync(() => Fit(run, files: files, token: Token));
            if (error is null) continue;                        // deleting what is superfluous may fail in silence
            Assert.IsType<IOException>(error, exactMatch: false);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Equal(digest, (await Fit(run, resume: true, token: Token)).Digest);
        }
    }

    [Fact]
    public async Task Cancellation_finishes_the_step_writes_a_checkpoint_and_can_be_resumed()
    {
        // Cancelled while the n-th image is read: in steps, between them, and (from 44 on) while the epoch is validated.
        string digest = await Undisturbed.Value;
        foreach (int image in new[] { 1, 16, 20, 40, 44, 50, 67, 68, 100, 112, 120 })
        {
            string run = _folder[$"run{image}"];
            using var source = new CancellationTokenSource();
            int read = 0;
            Action onRead = () => { if (++read == image) source.Cancel(); };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fit(run, onRead, source.Token));
            Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(run, "checkpoint")));
            Assert.False(File.Exists(Path.Combine(run, "model.safetensors")));
            Assert.Equal(digest, (await Fit(run, () => { }, Token)).Digest);
        }

        static Task<TrainingResult> Fit(string run, Action onRead, CancellationToken token)
        {
            Watched train = new(Train), validation = new(Validation);
            var options = Options(run) with { Resume = true, Normalization = Train.ComputeNormalization() };
            _ = (train.Digest, validation.Digest);
            train.OnRead = validation.OnRead = onRead;
            return Trainer.FitAsync(Small.Normalised(4), train, validation, options, null, token);
        }
    }

    /// <summary>A set that says when an image is read.</summary>
    sealed class Watched(Dataset source) : Dataset(source.InputShape, source.Count, source.Classes)
    {
        public Action OnRead { get; set; } = () => { };

        public override int Label(int index) => source.Label(index);

        public override void Read(int index, Span<float> image)
        {
            OnRead();
            source.Read(index, image);
        }
    }

    [Fact]
    public async Task A_finished_run_is_resumed_to_the_same_result()
    {
        var first = await Fit(_folder["run"], token: Token);
        File.Delete(first.ModelPath);
        var again = await Fit(_folder["run"], resume: true, token: Token);
        Assert.Equal(first.Digest, again.Digest);
        Assert.Equal(first.BestEpoch, again.BestEpoch);
        Assert.Equal(first.History.Select(e => e with { Seconds = 0 }), again.History.Select(e => e with { Seconds = 0 }));
        Assert.True(File.Exists(first.ModelPath));
    }

    [Fact]
    public async Task A_damaged_checkpoint_gives_way_to_the_one_before_with_a_warning()
    {
        var first = await Fit(_folder["run"], token: Token);
        string[] files = [.. Directory.EnumerateFiles(_folder["run/checkpoint"]).Order(StringComparer.Ordinal)];
        Assert.Equal(2, files.Length);
        byte[] whole = File.ReadAllBytes(files[1]);
        foreach (int place in new[] { whole.Length - 1, whole.Length / 2, 40 })
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 1;
            File.WriteAllBytes(files[1], damaged);
            var log = new Warnings();
            var again = await Fit(_folder["run"], resume: true, token: Token, change: o => o with { Logger = log });
            Assert.Equal(first.Digest, again.Digest);
            Assert.Contains(Path.GetFileName(files[1]), Assert.Single(log.Messages), StringComparison.Ordinal);
            File.WriteAllBytes(files[1], whole);
        }

        // A run that stands earlier than a damaged checkpoint does not keep it in the place of a whole one.
        string late = Path.Combine(_folder["run/checkpoint"], "step-000000009999.safetensors");
        File.WriteAllBytes(late, whole[..100]);
        File.WriteAllBytes(files[1], whole[..200]);
        Assert.Equal(first.Digest, (await Fit(_folder["run"], resume: true, token: Token)).Digest);
        Assert.Equal(files, Directory.EnumerateFiles(_folder["run/checkpoint"]).Order(StringComparer.Ordinal));
        var calm = new Warnings();
        await Fit(_folder["run"], resume: true, token: Token, change: o => o with { Logger = calm });
        Assert.Empty(calm.Messages);

        foreach (string file in files) File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        var error = await Assert.ThrowsAsync<ModelFormatException>(() => Fit(_folder["run"], resume: true, token: Token));
        Assert.Contains("no checkpoint is whole", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_settings_are_refused_and_named()
    {
        await Fit(_folder["run"], token: Token);
        var error = await Assert.ThrowsAsync<ResumeMismatchException>(() => Fit(_folder["run"], resume: true, token: Token,
            change: o => o with { BatchSize = 20, Loss = Losses.CrossEntropyWith(0.1f) }));
        Assert.Contains("batchSize was 16, is 20", error.Message, StringComparison.Ordinal);
        Assert.Contains("loss was CrossEntropy, is CrossEntropy(labelSmoothing=0.1)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("epochs", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<ResumeMismatchException>(() => Trainer.FitAsync(
            Small.Normalised(5), Train, Validation, Options(_folder["run"]) with { Resume = true }, null, Token));
        Assert.Contains("model was", error.Message, StringComparison.Ordinal);

        await Assert.ThrowsAsync<ArgumentException>(() => Fit(_folder["run"], token: Token));
    }

    [Fact]
    public async Task A_checkpoint_of_another_network_is_refused()
    {
        await Fit(_folder["run"], token: Token);
        await Trainer.FitAsync(Small.Normalised(5), Train, Validation, Options(_folder["other"]), null, Token);
        foreach (string file in Directory.EnumerateFiles(_folder["run/checkpoint"])) File.Delete(file);
        foreach (string file in Directory.EnumerateFiles(_folder["other/checkpoint"]))
            File.Copy(file, Path.Combine(_folder["run/checkpoint"], Path.GetFileName(file)));
        var error = await Assert.ThrowsAsync<ModelFormatException>(() => Fit(_folder["run"], resume: true, token: Token));
        Assert.Contains("another network", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_in_one_folder_are_refused()
    {
        using var both = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var progress = new Reports(p =>
        {
            if (p.Completed is not { Epoch: 1 }) return;
            both.Release();
            go.Wait(TimeSpan.FromMinutes(1));
        });
        var first = Fit(_folder["run"], progress: progress, token: Token);
        await both.WaitAsync(Token);
        var error = await Assert.ThrowsAsync<IOException>(() => Fit(_folder["run"], resume: true, token: Token));
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
        go.Release();
        Assert.Equal(await Undisturbed.Value, (await first).Digest);
    }

    [Fact]
    public async Task A_run_folder_holds_what_it_should()
    {
        var own = new Dictionary<string, string> { ["network"] = "tiny" };
        var run = await Fit(_folder["run"], token: Token, change: o => o with { Settings = own });
        var configuration = RunConfiguration.Read(Path.Combine(run.RunFolder, "run.json"));
        Assert.Equal("16", configuration.Settings["batchSize"]);
        Assert.Equal("tiny", configuration.Settings["network"]);
        Assert.Equal(Train.Digest, configuration.Settings["data.train"]);
        Assert.StartsWith("Adam(learningRate=0.02", configuration.Settings["optimizer"], StringComparison.Ordinal);
        Assert.NotEqual("", configuration.Environment["dotnet"]);

        string[] lines = File.ReadAllLines(Path.Combine(run.RunFolder, "metrics.jsonl"));
        Assert.Equal(6 + 2, lines.Length);                     // 3 steps an epoch, every step recorded
        foreach (string line in lines)
        {
            using var json = JsonDocument.Parse(line);
            Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("learningRate").ValueKind);
        }
        Assert.Equal(["checkpoint", "metrics.jsonl", "model.safetensors", "run.json"],
            Directory.EnumerateFileSystemEntries(run.RunFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("{\"format\": 3}")]
    [InlineData("{\"format\": \"fovea-run/9\", \"name\": \"\", \"started\": \"\", \"settings\": {}, \"environment\": {}}")]
    [InlineData("{\"format\": \"fovea-run/1\", \"name\": \"\", \"started\": \"\", \"settings\": {\"a\": 1}, \"environment\": {}}")]
    public void A_run_json_that_is_none_is_refused(string text)
    {
        File.WriteAllText(_folder["run.json"], text);
        Assert.Throws<ModelFormatException>(() => RunConfiguration.Read(_folder["run.json"]));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_one_error()
    {
        File.WriteAllText(_folder["file"], "");
        await Assert.ThrowsAsync<IOException>(() => Fit(Path.Combine(_folder["file"], "run"), token: Token));
    }

    sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    sealed class Warnings : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning) Messages.Add(formatter(state, exception));
        }
    }
}
