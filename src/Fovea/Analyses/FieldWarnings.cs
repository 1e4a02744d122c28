using Fovea.Modules;
using Fovea.Tensors;

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
    /// Gridding holes, fields larger than the input, checkerboards: the first layer of each kind, in order (later ones inherit the first two).
    /// </summary>
    /// <param name="model">A built model of inputs with spatial axes.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape the model was built for.</param>
    public static IReadOnlyList<FieldWarning> FieldWarnings(Module model, Shape? inputShape = null)
    {
        var warnings = new List<FieldWarning>();
        var shape = inputShape ?? model.InputShape!;
        bool gridding = false, exceeds = false;
        // A layer is looked at once, at its end; what does not change the field shows nothing new.
        double last = 0;
        foreach (var layer in Summary(model, inputShape).Layers)
        {
            if (layer.ReceptiveField is not { } field || layer.OutputShape.Count < 3 || field[0] == last) continue;
            last = field[0];
            if (!gridding && GriddingOf(model, layer.Name, inputShape) is { } holes)
            {
                gridding = true;
                warnings.Add(new(FieldWarningKind.Gridding, layer.Name, holes));
            }
            if (exceeds || !Enumerable.Range(0, field.Count).Any(axis => field[axis] > shape[axis + 1].Value)) continue;
            exceeds = true;
            warnings.Add(new(FieldWarningKind.ExceedsInput, layer.Name,
                $"from here on a unit's field ({string.Join('x', field)}) is larger than the input {shape}"));
        }
        foreach (var group in Checkerboards(model).GroupBy(board => board.Layer))
            warnings.Add(new(FieldWarningKind.Checkerboard, group.Key, $"between {group.Min(b => b.Least)} and {group.Max(b => b.Most)} taps "
                + "reach neighbouring places: a kernel that is a multiple of the stride is even"));
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
