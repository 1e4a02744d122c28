namespace Fovea.Tensors;

/// <summary>A value whose sizes are integers and whose place in memory is decided: what kernels see.</summary>
/// <param name="Element">The type of the elements.</param>
/// <param name="Sizes">The sizes, in logical order.</param>
/// <param name="Layout">The order in memory.</param>
public readonly record struct BoundType(ElementType Element, Dims Sizes, Layout Layout)
{
    /// <summary>How many axes.</summary>
    public int Rank => Sizes.Count;

    /// <summary>The number of elements.</summary>
    public long Count => Sizes.Product();

    /// <summary>The number of bytes.</summary>
    public long Bytes => checked(Count * Element.Size());

    /// <summary>Elements between neighbours along each logical axis.</summary>
    public Strides Strides => Layout.Strides(Sizes);

    /// <summary>Whether two layouts place the value's elements alike: axes of size 1 do not count.</summary>
    public bool LiesAs(Layout other)
    {
        if (Layout == other) return true;
        Dims mine = Layout.Order(Rank), others = other.Order(Rank);
        int i = 0, j = 0;
        while (true)
        {
            while (i < Rank && Sizes[mine[i]] == 1) i++;
            while (j < Rank && Sizes[others[j]] == 1) j++;
            if (i == Rank || j == Rank) return i == Rank && j == Rank;
            if (mine[i++] != others[j++]) return false;
        }
    }
}
