using Fovea.Modules;

namespace Fovea.Cli;

/// <summary>The model that a word on the command line means: a network of the zoo, a run, or a file.</summary>
static class NamedModel
{
    /// <summary>A shape from its text, or null for none.</summary>
    public static Shape? ShapeOf(string? text)
    {
        if (text is null) return null;
        try
        {
            var shape = Shape.Parse(text);
            if (shape.IsKnown && shape.Rank > 0 && shape.All(d => d.Value > 0)) return shape;
        }
        catch (FormatException)
        {
            // Said below, in one voice with every other wrong shape.
        }
        throw new UsageException($"--input \"{text}\" is no shape: write channels, height and width as 3x224x224.");
    }

    /// <summary>A network by name, or the model of a run or file; built.</summary>
    public static (Module Model, string Title) Find(string name, Shape? input, int classes, ulong seed)
    {
        if (classes < 1) throw new UsageException($"--classes is {classes}: at least 1.");
        if (Zoo.All.Any(n => n.Name == name))
        {
            var shape = input ?? new Shape(1, 28, 28);
            var network = Zoo.Create(name, classes, shape);
            network.Build(shape, seed);
            return (network, $"{name}, input {shape}");
        }
        string path = ModelLocation.Find(name, Zoo.All.Select(n => n.Name));
        var model = ModelFile.Load(path);
        return (model.Module, $"{path}, input {input ?? model.Module.InputShape}");
    }
}
