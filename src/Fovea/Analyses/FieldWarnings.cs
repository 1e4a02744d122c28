using Fovea.Modules;

namespace Fovea;

/// <summary>What is worth a second look.</summary>
public enum FieldWarningKind
{
    /// <summary>Dilated or strided layers leave pixels out that lie between those they see.</summary>
    Gridding,
    /// <summary>Units of the layer would see more than the whole input: all of them see its borders.</summary>
    ExceedsInput,
    /// <summary>A transposed convolution whose kernel is no multiple of its stride.</summary>
    Checkerboard,
}

/// <summary>A layer whose receptive field, or whose overlap, is worth a second look.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Layer">The layer's path.</param>
/// <param name="Text">One line with its numbers.</param>
public sealed record FieldWarning(FieldWarningKind Kind, string Layer, string Text);

public static partial class Analysis
{
    /// <summary>
    /// Gridding holes of the last map, the first layer whose field is larger than the input, checkerboards of transposed convolutions.
    /// </summary>
    /// <param name="model">A built model of inputs with spatial axes.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape the model was built for.</param>
    public static IReadOnlyList<FieldWarning> FieldWarnings(Module model, Shape? inputShape = null)
    {
        var warnings = new List<FieldWarning>();
        var shape = inputShape ?? model.InputShape!;
        var maps = Summary(model, inputShape).Layers.Where(l => l.ReceptiveField is not null && l.OutputShape.Count > 2).ToList();
        // A single dilated layer has holes and layers behind it may fill them: what counts is what is left in the end.
        if (maps.Count > 0 && GriddingOf(model, maps[^1].Name, inputShape) is { } holes)
            warnings.Add(new(FieldWarningKind.Gridding, maps[^1].Name, holes));
        if (maps.Find(l => l.ReceptiveField!.Where((size, axis) => size > shape[axis + 1].Value).Any()) is { } large)
            warnings.Add(new(FieldWarningKind.ExceedsInput, large.Name,
                $"from here on a unit's field ({string.Join('x', large.ReceptiveField!)}) is larger than the input {shape}"));
        foreach (var group in Checkerboards(model).GroupBy(board => board.Layer))
            warnings.Add(new(FieldWarningKind.Checkerboard, group.Key,
                $"between {group.Min(b => b.Least)} and {group.Max(b => b.Most)} taps reach neighbouring places; "
                + "a kernel that is a multiple of the stride is even"));
        return warnings;
    }

    static string? GriddingOf(Module model, string layer, Shape? inputShape)
    {
        try
        {
            var axes = ReceptiveField(model, layer, inputShape: inputShape).Axes;
            int unseen = axes.Max(axis => axis.Holes.Count);
            return unseen == 0 ? null : $"a unit does not see {unseen} of the {axes.First(a => a.Holes.Count == unseen).Size} pixels "
                + "along an axis of its field: its dilations or strides share a divisor";
        }
        catch (Errors.UnsupportedOperatorException)
        {
            return null;                                    // an operator that does not say what it sees
        }
    }
}
