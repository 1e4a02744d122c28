using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>Lists of one number a spatial axis: as users write them, and as operators hold them.</summary>
static class WindowLists
{
    /// <summary>One entry an axis, from a list of so many, of one for all, or of none.</summary>
    public static Dims Expand(int rank, Dims list, int none, string what) => list.Count switch
    {
        0 => Dims.Repeat(none, rank),
        1 => Dims.Repeat(list[0], rank),
        _ when list.Count == rank => list,
        _ => throw new ArgumentException($"The {what} {list} has {list.Count} entries: write one, or {rank} (one a spatial axis)."),
    };

    /// <summary>Beginnings and ends, from one entry for all, one an axis, or all beginnings and then all ends.</summary>
    public static (Dims Begin, Dims End) Padding(int rank, Dims padding)
    {
        if (padding.Count == 2 * rank && padding.Count > 1) return (new(padding.AsSpan()[..rank]), new(padding.AsSpan()[rank..]));
        if (padding.Count > 1 && padding.Count != rank)
            throw new ArgumentException(
                $"The padding {padding} has {padding.Count} entries: write one, {rank} (one a spatial axis), "
                + $"or {2 * rank} (beginnings, then ends).");
        var both = Expand(rank, padding, 0, "padding");
        return (both, both);
    }

    /// <summary>Checks that an operator's list has one entry an axis, none below a bound.</summary>
    public static void Check(Inputs inputs, string what, Dims list, int rank, int least)
    {
        if (list.Count != rank) throw inputs.Fail($"has {what} of {list.Count} entries ({list}) for {rank} spatial axes.");
        foreach (int value in list.AsSpan())
            if (value < least) throw inputs.Fail($"has {what} {list}: every entry must be at least {least}.");
    }
}
