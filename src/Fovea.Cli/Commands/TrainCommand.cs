using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Fovea.Cli.Commands;

/// <summary><c>fovea train</c>: trains a network on a named set and leaves a run folder.</summary>
static class TrainCommand
{
    // Enough for 88 % of Fashion-MNIST within a minute on two cores.
    const int QuickImages = 24_000;

    public static Command Create(CancellationToken cancellation)
    {
        var common = new CommonOptions();
        var set = new Argument<string>("set")
        {
            Description = $"The data set: {string.Join(", ", NamedSets.Names)}.",
            DefaultValueFactory = _ => NamedSets.Default,
        };
        var data = new Option<string?>("--data") { Description = "The set's folder. Default: data/<set>, here or above." };
        var network = new Option<string>("--network")
        {
            Description = $"The network: {string.Join(", ", Zoo.All.Select(n => n.Name))}. Default: fashion.",
        };
        var epochs = new Option<string>("--epochs")
        {
            Description = "How often the training set is gone through. Default: 14; 3 with --quick.",
        };
        var batch = new Option<string>("--batch") { Description = "Images a step. Default: 64." };
        var optimizer = new Option<string>("--optimizer")
        {
            Description = "sgd (momentum 0.9, Nesterov), adam, adamw, rmsprop (momentum 0.9) or adadelta. Default: adamw.",
        };
        var rate = new Option<string>("--lr")
        {
            Description = "The learning rate. Default: 0.002 for adamw, 0.001 for adam and rmsprop, 0.1 for sgd, 1 for adadelta.",
        };
        var schedule = new Option<string>("--schedule")
        {
            Description = "How the learning rate changes: constant, cosine, step or one-cycle. Default: cosine.",
        };
        var warmUp = new Option<string>("--warm-up")
        {
            Description = "Epochs in which the learning rate rises to its value. Default: 1; with one-cycle 30 % of them.",
        };
        var decay = new Option<string>("--weight-decay")
        {
            Description = "Weight decay. Default: 0.05 for adamw, 0.0005 for sgd, 0 for the others.",
        };
        var smoothing = new Option<string>("--label-smoothing")
        {
            Description = "How much of each label is shared out over all classes. Default: 0.05.",
        };
        var clip = new Option<string>("--clip") { Description = "The largest global norm of the gradients. Default: none." };
        var output = new Option<string?>("--out", "-o", "--output") { Description = "The run's folder. Default: runs/<utc>-<network>." };
        var resume = new Option<string?>("--resume")
        {
            Description = "Goes on with an interrupted run (a folder, or latest), with its settings.",
        };
        var quick = new Option<bool>("--quick") { Description = $"A look in under a minute: {QuickImages:#,0} images, 3 epochs." };
        var gate = new Option<double?>("--min-accuracy")
        {
            Description = "Ends with exit code 7 when the test accuracy (0 to 1) is lower.",
        };
        var texts = new Option[] { network, epochs, batch, optimizer, rate, schedule, warmUp, decay, smoothing, clip };
        var command = new Command("train", "Trains a network; without any option, on the 60,000 images of Fashion-MNIST.\n\n"
            + "  fovea train\n  fovea train --quick\n  fovea train cifar10 --data ~/cifar --network resnet18 --epochs 30\n"
            + "  fovea train --resume latest") { set, data };
        foreach (var option in texts) command.Options.Add(option);
        foreach (var option in new Option[] { output, resume, quick, gate }) command.Options.Add(option);
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            common.Apply(parsed);
            var typed = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var option in texts.Append(common.Seed))
                if (parsed.GetResult(option) is { Implicit: false, Tokens.Count: > 0 } result)
                    typed[option.Name.TrimStart('-')] = result.Tokens[0].Value;
            if (parsed.GetResult(set) is { Implicit: false } named && named.Tokens.Count > 0)
                typed["set"] = NamedSets.Check(named.Tokens[0].Value);
            if (parsed.GetValue(quick)) typed["quick"] = "true";
            return await RunAsync(typed, parsed.GetValue(data), parsed.GetValue(output), parsed.GetValue(resume), parsed.GetValue(gate),
                parsed.GetValue(common.Json), parsed.GetValue(common.Verbose), cancellation);
        });
        return command;
    }

    static async Task<int> RunAsync(Dictionary<string, string> typed, string? data, string? output, string? resume, double? gate, bool json,
        bool verbose, CancellationToken cancellation)
    {
        if (gate is { } asked && asked is not (>= 0 and <= 1)) throw new UsageException($"--min-accuracy is {asked}: from 0 to 1.");
        var settings = TrainSettings.Of(typed);
        string? folder = output;
        if (resume is not null)
        {
            if (output is not null) throw new UsageException("--resume names the run's folder already: leave --out away.");
            var run = RunFolder.Find(resume);
            folder = run.Path;
            settings = TrainSettings.Resume(folder, RunConfiguration.Read(run.ConfigurationPath).Settings, typed);
        }

        var (sets, from) = NamedSets.Load(settings.Set, data);
        var training = sets.Train;
        if (settings.Quick) training = training.Take(QuickImages);
        var (train, validation) = training.Split(11.0 / 12, settings.Seed);
        var model = Zoo.Create(settings.Network, train.Classes.Count, train.InputShape);
        var options = new TrainingOptions
        {
            Name = settings.Network,
            Epochs = settings.Epochs,
            BatchSize = settings.Batch,
            Loss = settings.Loss,
            Optimizer = settings.Optimizer,
            Schedule = settings.Schedule,
            Seed = settings.Seed,
            ClipNorm = settings.Clip,
            Augmentation = settings.Augmentation,
            RunFolder = folder,
            Resume = resume is not null,
            Settings = settings.ToRecord(),
        };
        model.Build(train.InputShape, settings.Seed);
        var say = json ? Console.Error : Console.Out;
        say.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{settings.Network} ({model.Parameters.Sum(p => p.Count):#,0} parameters) on {settings.Set} from {from}: "
            + $"{train.Count:#,0} images to learn from, {validation.Count:#,0} to compare epochs on"));
        if (Hardware.Warning is { } warning) Console.Error.WriteLine(warning);

        TrainingResult result;
        using (var view = TrainingView.Create(say, toTerminal: !json && !Console.IsOutputRedirected))
            try
            {
                options = options with { Logger = new ViewLog(view, verbose ? LogLevel.Debug : LogLevel.Warning) };
                result = await Trainer.FitAsync(model, train, validation, options, view, cancellation);
            }
            catch (OperationCanceledException)
            {
                string run = Shown(folder ?? RunFolder.Find("latest").Path);
                Console.Error.WriteLine($"fovea: stopped, with a checkpoint. Go on with: {ThisProgram} train --resume {run}");
                throw;
            }
        var test = await Trainer.EvaluateAsync(model, sets.Test, cancellationToken: cancellation);
        double seconds = (DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds;
        if (json)
            JsonOutput.Write(writer =>
            {
                writer.WriteNumber("testAccuracy", test.Accuracy);
                writer.WriteFinite("testLoss", test.Loss);
                writer.WriteNumber("epochs", result.Epochs);
                writer.WriteNumber("bestEpoch", result.BestEpoch);
                writer.WriteNumber("seconds", Math.Round(seconds, 3));
                writer.WriteNumber("imagesPerSecond", Math.Round(result.ImagesPerSecond, 1));
                writer.WriteString("digest", result.Digest);
                writer.WriteString("runFolder", result.RunFolder);
                writer.WriteString("modelPath", result.ModelPath);
            });
        else
        {
            say.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"test accuracy  {test.Accuracy * 100:0.00} % of {test.Count:#,0} images, loss {test.Loss:0.0000} "
                + $"(weights of epoch {result.BestEpoch})"));
            say.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"time           {seconds:0.0} s, {result.ImagesPerSecond:#,0} images a second"));
            say.WriteLine($"model          {result.ModelPath}");
            say.WriteLine($"digest         {result.Digest}");
            say.WriteLine($"next           {ThisProgram} evaluate {Shown(result.RunFolder)}{(data is null ? "" : $" --data {data}")}");
        }
        if (gate is not { } least || test.Accuracy >= least) return ExitCode.Done;
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"fovea: the test accuracy {test.Accuracy:0.0000} is below --min-accuracy {least}."));
        return ExitCode.GateFailed;
    }

    // From a clone there is no fovea on the path.
    static string ThisProgram => AppContext.BaseDirectory.Contains(Path.Combine("artifacts", "bin"), StringComparison.Ordinal)
        ? "dotnet run -c Release --project src/Fovea.Cli --" : "fovea";

    static string Shown(string folder)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, folder);
        return relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative;
    }
}
