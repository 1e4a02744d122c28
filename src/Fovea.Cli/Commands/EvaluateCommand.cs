using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Fovea.Cli.Commands;

/// <summary><c>fovea evaluate</c>: measures a trained model on a test set.</summary>
static class EvaluateCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var common = new CommonOptions();
        var what = new Argument<string>("model")
        {
            Description = "A run, \"latest\", or a model file.",
            DefaultValueFactory = _ => "latest",
        };
        var set = new Option<string?>("--set")
        {
            Description = $"The data set: {string.Join(", ", NamedSets.Names)}. Default: the one the run was trained on.",
        };
        var data = new Option<string?>("--data") { Description = "The set's folder. Default: data/<set>, here or above." };
        var gate = new Option<double?>("--min-accuracy") { Description = "Ends with exit code 7 when the accuracy (0 to 1) is lower." };
        var command = new Command("evaluate", "Measures a trained model on the test images of a set.\n\n  fovea evaluate latest\n"
            + "  fovea evaluate model.safetensors --set fashion-mnist --json") { what, set, data, gate };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            common.Apply(parsed);
            return await RunAsync(parsed.GetValue(what)!, parsed.GetValue(set), parsed.GetValue(data), parsed.GetValue(gate),
                parsed.GetValue(common.Json), cancellation);
        });
        return command;
    }

    static async Task<int> RunAsync(string what, string? set, string? data, double? gate, bool json, CancellationToken cancellation)
    {
        if (gate is { } asked && asked is not (>= 0 and <= 1)) throw new UsageException($"--min-accuracy is {asked}: from 0 to 1.");
        if (set is not null) NamedSets.Check(set);
        string path = ModelLocation.Find(what, []);
        var model = ModelFile.Load(path);
        set ??= ModelLocation.SetOf(path)
            ?? throw new UsageException($"{path} does not lie in a run of fovea train: name the data set with --set.");
        var (sets, _) = NamedSets.Load(set, data);
        if (sets.Test.Classes.Count != model.Card.Classes.Count && model.Card.Classes.Count > 0)
            throw new UsageException($"{path} tells {model.Card.Classes.Count} classes apart; {set} has {sets.Test.Classes.Count}.");
        var result = await Trainer.EvaluateAsync(model.Module, sets.Test, new() { Normalization = model.Card.Normalization }, cancellation);
        if (json)
            JsonOutput.Write(writer =>
            {
                writer.WriteNumber("accuracy", result.Accuracy);
                writer.WriteFinite("loss", result.Loss);
                writer.WriteNumber("count", result.Count);
                writer.WriteStartArray("classes");
                foreach (string name in sets.Test.Classes) writer.WriteStringValue(name);
                writer.WriteEndArray();
                writer.WriteStartArray("confusion");
                foreach (long[] row in result.Confusion.ToRows())
                {
                    writer.WriteStartArray();
                    foreach (long count in row) writer.WriteNumberValue(count);
                    writer.WriteEndArray();
                }
                writer.WriteEndArray();
            });
        else Show(path, sets.Test.Classes, result);
        if (gate is not { } least || result.Accuracy >= least) return ExitCode.Done;
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"fovea: the accuracy {result.Accuracy:0.0000} is below --min-accuracy {least}."));
        return ExitCode.GateFailed;
    }

    static void Show(string path, IReadOnlyList<string> classes, EvaluationResult result)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("class");
        foreach (string column in new[] { "precision", "recall", "F1", "most often taken for" })
            table.AddColumn(new TableColumn(column).RightAligned());
        for (int c = 0; c < classes.Count; c++)
        {
            int confused =
                Enumerable.Range(0, classes.Count).Where(other => other != c).DefaultIfEmpty(c).MaxBy(other => result.Confusion[c, other]);
            string wrong = result.Confusion[c, confused] == 0 || confused == c
                ? "-"
                : $"{classes[confused]} ({result.Confusion[c, confused]})";
            string[] cells =
            [
                classes[c], Percent(result.Confusion.Precision(c)), Percent(result.Confusion.Recall(c)), Percent(result.Confusion.F1(c)),
                wrong,
            ];
            table.AddRow(Array.ConvertAll(cells, Markup.Escape));
        }
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path}: accuracy {result.Accuracy * 100:0.00} % of {result.Count:#,0} images, loss {result.Loss:0.0000}, "
            + $"{result.Seconds:0.0} s"));
    }

    static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
