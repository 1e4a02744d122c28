namespace Fovea.Graphs;

/// <summary>Along one spatial axis: which input pixels one unit sees.</summary>
/// <param name="Size">How many input pixels, from the first to the last.</param>
/// <param name="Jump">Input pixels between the fields of neighbouring units.</param>
/// <param name="Start">The first input pixel that unit 0 sees; negative inside the padding.</param>
public readonly record struct FieldAxis(double Size, double Jump, double Start)
{
    /// <summary>The field of an input pixel itself.</summary>
    public static FieldAxis Pixel => new(1, 1, 0);

    /// <summary>The field after a window of <paramref name="kernel"/> taps that lie <paramref name="dilation"/> apart.</summary>
    public FieldAxis Window(int kernel, int stride, int dilation, int padding) =>
        new(Size + (kernel - 1) * dilation * Jump, Jump * stride, Start - padding * Jump);
}

/// <summary>The receptive field of a value: one entry for each spatial axis.</summary>
/// <param name="Axes">Outermost spatial axis first.</param>
public sealed record ReceptiveField(IReadOnlyList<FieldAxis> Axes)
{
    /// <summary>The field of an input with so many spatial axes.</summary>
    public static ReceptiveField Pixels(int spatialRank) => new([.. Enumerable.Repeat(FieldAxis.Pixel, spatialRank)]);

    /// <summary>The field of a value computed element by element from several: from the first pixel that any sees to the last.</summary>
    public static ReceptiveField? Union(IReadOnlyList<ReceptiveField?> fields)
    {
        ReceptiveField? union = null;
        foreach (var field in fields)
        {
            if (field is null) continue;
            if (union is null) union = field;
            else if (union.Axes.Count != field.Axes.Count) return null;
            else union = new([.. union.Axes.Zip(field.Axes, Join)]);
        }
        return union;

        static FieldAxis Join(FieldAxis a, FieldAxis b)
        {
            double start = Math.Min(a.Start, b.Start), end = Math.Max(a.Start + a.Size, b.Start + b.Size);
            return new(end - start, Math.Max(a.Jump, b.Jump), start);
        }
    }
}
