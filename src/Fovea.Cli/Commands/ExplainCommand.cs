using System.CommandLine;
using System.Globalization;
using Fovea.Modules;
using Fovea.Reports;
using Fovea.Tensors;
using Spectre.Console;

namespace Fovea.Cli.Commands;

/// <summary><c>fovea explain</c>: where a number of a network comes from.</summary>
static class ExplainCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var what = new Argument<string>("model")
        {
            Description = "A run, \"latest\", a model file, or a network by name (with random weights).",
            DefaultValueFactory = _ => "latest",
        };
        var products = new Option<string>("--products")
        {
            Description = "The products behind one output of a layer, as layer:channel,y,x.",
            Required = true,
        };
        var backward = new Option<int?>("--backward")
        {
            Description = "The products behind the gradient of this output of the model at a number of the layer's input.",
        };
        var image = new Option<int>("--image") { Description = "Which test image of the set.", DefaultValueFactory = _ => 0 };
        var set = new Option<string?>("--set")
        {
            Description = $"The data set: {string.Join(", ", NamedSets.Names)}. Default: the one the run was trained on.",
        };
        var data = new Option<string?>("--data") { Description = "The set's folder. Default: data/<set>, here or above." };
        var input = new Option<string?>("--input") { Description = "The input's shape of a network by name. Default: 1x28x28." };
        var output = new Option<string?>("--out", "-o", "--output") { Description = "Also draws the products, as SVG, into this file." };
        var command = new Command("explain", "Shows the products behind one number of a layer: values times weights.\n\n"
            + "  fovea explain latest --products conv1_1:3,10,12\n"
            + "  fovea explain lenet --products conv2:0,4,4 -o products.svg\n"
            + "  fovea explain latest --products fc:2 --backward 2")
        { what, products, backward, image, set, data, input, output };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Apply(parsed);
            var (layer, unit) = Unit(parsed.GetValue(products)!);
            string name = parsed.GetValue(what)!;
            var (model, _) = NamedModel.Find(name, NamedModel.ShapeOf(parsed.GetValue(input)), 10, parsed.GetValue(common.Seed));
            var x = Image(name, model, parsed.GetValue(set), parsed.GetValue(data), parsed.GetValue(image),
                parsed.GetValue(common.Seed));
            Contributions found;
            try
            {
                found = parsed.GetValue(backward) is { } score ? Analysis.BackwardContributions(model, x, layer, unit, score)
                    : Analysis.Contributions(model, x, layer, unit);
            }
            catch (ArgumentException e)
            {
                throw new UsageException(Usage.OneLine(e));          // a layer, a unit or an output that is not there
            }
            if (parsed.GetValue(output) is { } path) Drawings.Products(found).Save(path);
            if (parsed.GetValue(common.Json)) WriteJson(found);
            else WriteTable(found);
            return ExitCode.Done;
        });
        return command;
    }

    static (string Layer, Dims Unit) Unit(string text)
    {
        int colon = text.LastIndexOf(':');
        string[] parts = text[(colon + 1)..].Split(',');
        int[] unit = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (colon < 0 || parts.Length > Dims.Capacity
                || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out unit[i]))
                throw new UsageException($"--products is \"{text}\": a layer and a number of it, as conv1:0,4,4.");
        return (text[..colon], new(unit));
    }

    // A test image as the model was trained on it; for a network without training, numbers of the seed.
    static Tensor Image(string name, Module model, string? set, string? data, int index, ulong seed)
    {
        var shape = model.InputShape!.ToDims();
        if (Zoo.All.Any(n => n.Name == name) && set is null)
        {
            Randomness.Seed = seed;
            return Tensor.Normal(((Shape)shape).AsSpan());
        }
        string? path = Zoo.All.Any(n => n.Name == name) ? null : ModelLocation.Find(name, []);
        set ??= path is null ? null : ModelLocation.SetOf(path);
        if (set is null) throw new UsageException($"{name} does not lie in a run of fovea train: name the data set with --set.");
        var (sets, _) = NamedSets.Load(set, data);
        if (index < 0 || index >= sets.Test.Count) throw new UsageException($"--image is {index}: from 0 to {sets.Test.Count - 1}.");
        float[] pixels = new float[(int)sets.Test.InputShape.Product()];
        sets.Test.Read(index, pixels);
        if (path is not null) ModelFile.Load(path).Card.Normalization?.Apply(pixels);
        return Tensor.From(pixels, sets.Test.InputShape);
    }

    static void WriteJson(Contributions found) => JsonOutput.Write(json =>
    {
        json.WriteString("layer", found.Layer);
        json.WriteString("operator", found.Operator);
        json.WriteNumbers("unit", found.Unit);
        json.WriteNumber("result", found.Result);
        json.WriteNumber("bias", found.Bias);
        json.WriteStartArray("products");
        foreach (var term in found.Terms)
        {
            json.WriteStartObject();
            json.WriteNumbers("place", term.Place);
            json.WriteNumber("value", term.Value);
            json.WriteNumbers("weight", term.Weight);
            json.WriteNumber("factor", term.Factor);
            json.WriteNumber("product", term.Product);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    static void WriteTable(Contributions found)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"{found.Operator} {found.Layer} {found.Unit}"));
        foreach (string column in new[] { "place", "value", "weight", "factor", "product" })
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var term in found.Terms)
            table.AddRow(new[]
            {
                term.Place.ToString(), Number(term.Value), term.Weight.Count == 0 ? "-" : term.Weight.ToString(), Number(term.Factor),
                Number(term.Product),
            }.Select(Markup.Escape).ToArray());
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{found.Terms.Count} products, sum {found.Sum - found.Bias:0.######} + bias {found.Bias:0.######} = {found.Result:0.######}"));
    }

    static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
