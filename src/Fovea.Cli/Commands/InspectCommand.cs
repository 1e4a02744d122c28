using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Fovea.Cli.Commands;

/// <summary><c>fovea inspect</c>: what a network is made of and what it costs.</summary>
static class InspectCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var what = new Argument<string>("network")
        {
            Description = $"A network ({string.Join(", ", Zoo.All.Select(n => n.Name))}), a run, \"latest\", or a model file.",
        };
        var input = new Option<string?>("--input")
        {
            Description = "The input's shape, channels first: 3x224x224. Default: that of the model, or 1x28x28.",
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Inputs at a time, for the memory of predicting and of a training step.",
            DefaultValueFactory = _ => 1,
        };
        var memory = new Option<double?>("--memory")
        {
            Description = "Also says the largest batch that fits into so many GiB, predicting and training.",
        };
        var classes = new Option<int>("--classes") { Description = "Classes of a network by name.", DefaultValueFactory = _ => 10 };
        var command = new Command("inspect", "Shapes, parameters, multiply-adds, activation memory and receptive field of every layer.\n\n"
            + "  fovea inspect resnet18 --input 3x224x224 --classes 1000\n  fovea inspect latest") { what, input, classes, batch, memory };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Apply(parsed);
            string name = parsed.GetValue(what)!;
            var shape = NamedModel.ShapeOf(parsed.GetValue(input));
            var (model, title) = NamedModel.Find(name, shape, parsed.GetValue(classes), parsed.GetValue(common.Seed));
            var summary = Analysis.Summary(model, shape);
            int count = parsed.GetValue(batch);
            if (count < 1) throw new UsageException($"--batch is {count}: at least 1.");
            if (parsed.GetValue(memory) is { } given && !(given is > 0 and < 1 << 20))
                throw new UsageException($"--memory is {given}: GiB, above 0.");
            long? bytes = (long?)(parsed.GetValue(memory) * (1 << 30));
            var costs = new Costs(Analysis.InferenceCost(model, count, shape), Analysis.TrainingCost(model, count, shape),
                Analysis.FieldWarnings(model, shape),
                bytes is null ? null : (Analysis.LargestBatch(model, bytes.Value, false, shape),
                    Analysis.LargestBatch(model, bytes.Value, true, shape)));
            if (parsed.GetValue(common.Json)) WriteJson(name, summary, costs);
            else WriteTable(title, summary, costs);
            return ExitCode.Done;
        });
        return command;
    }

    sealed record Costs(RunCost Inference, RunCost Training, IReadOnlyList<FieldWarning> Warnings,
        (int Inference, int Training)? Largest);

    static void WriteJson(string name, ModelSummary summary, Costs costs) => JsonOutput.Write(json =>
    {
        json.WriteString("network", name);
        json.WriteStartArray("layers");
        foreach (var layer in summary.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteString("operator", layer.Operator);
            json.WriteNumbers("inputShape", layer.InputShape);
            json.WriteNumbers("outputShape", layer.OutputShape);
            json.WriteNumber("parameters", layer.Parameters);
            json.WriteNumber("denseWeights", layer.DenseWeights);
            json.WriteNumber("multiplyAdds", layer.MultiplyAdds);
            json.WriteNumber("activationBytes", layer.ActivationBytes);
            json.WriteNumbers("receptiveField", layer.ReceptiveField);
            json.WriteNumbers("jump", layer.Jump);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("parameters", summary.Parameters);
        json.WriteNumber("frozenParameters", summary.FrozenParameters);
        json.WriteNumber("multiplyAdds", summary.MultiplyAdds);
        json.WriteNumber("activationBytes", summary.ActivationBytes);
        json.WriteNumber("batch", costs.Inference.Batch);
        json.WriteNumber("inferencePeakBytes", costs.Inference.PeakBytes);
        json.WriteNumber("trainingPeakBytes", costs.Training.PeakBytes);
        json.WriteNumber("trainingMultiplyAdds", costs.Training.MultiplyAdds);
        if (costs.Largest is { } largest)
        {
            json.WriteNumber("largestInferenceBatch", largest.Inference);
            json.WriteNumber("largestTrainingBatch", largest.Training);
        }
        json.WriteStartArray("warnings");
        foreach (var warning in costs.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("kind", warning.Kind.ToString());
            json.WriteString("layer", warning.Layer);
            json.WriteString("text", warning.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("numerics", Engine.Numerics.ToString());
    });

    static void WriteTable(string title, ModelSummary summary, Costs costs)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(title));
        table.AddColumn(new TableColumn("layer").NoWrap());
        table.AddColumn(new TableColumn("operator").NoWrap());
        foreach (string column in new[] { "output", "parameters", "as dense", "multiply-adds", "activations", "field", "jump" })
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var layer in summary.Layers)
            table.AddRow(new[]
            {
                layer.Name, layer.Operator, layer.OutputShape.ToString(), Count(layer.Parameters),
                Count(layer.DenseWeights), Count(layer.MultiplyAdds),
                Bytes(layer.ActivationBytes), Axes(layer.ReceptiveField), Axes(layer.Jump),
            }.Select(Markup.Escape).ToArray());
        AnsiConsole.Write(table);
        string frozen = summary.FrozenParameters > 0 ? $" ({Count(summary.FrozenParameters)} frozen)" : "";
        Console.WriteLine($"parameters     {Count(summary.Parameters)}{frozen}, {Bytes(summary.Parameters * 4)}");
        Console.WriteLine($"multiply-adds  {Count(summary.MultiplyAdds)} for one input");
        Console.WriteLine($"activations    {Bytes(summary.ActivationBytes)} for one input");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory    {Bytes(costs.Inference.PeakBytes)} predicting, "
            + $"{Bytes(costs.Training.PeakBytes)} in a training step (Adam), batch {costs.Inference.Batch}"));
        if (costs.Largest is { } largest)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"largest batch  {largest.Inference:#,0} predicting, {largest.Training:#,0} in a training step"));
        foreach (var warning in costs.Warnings) Console.WriteLine($"look at        {warning.Layer}: {warning.Text}");
        Console.WriteLine($"numerics       {Engine.Numerics}");
    }

    static string Count(long value) => value == 0 ? "-" : value.ToString("#,0", CultureInfo.InvariantCulture);

    static string Bytes(long value) => value switch
    {
        0 => "-",
        < 1 << 10 => $"{value} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576.0:0.#} MiB"),
    };

    static string Axes(IReadOnlyList<double>? values) =>
        values is null ? "-" : string.Join('x', values.Select(v => v.ToString("0.##", CultureInfo.InvariantCulture)));
}
