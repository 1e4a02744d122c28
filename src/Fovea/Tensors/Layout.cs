namespace Fovea.Tensors;

/// <summary>
/// In which order a value's axes lie in memory, outermost first. The logical order is always N, C, spatial;
/// channels-last lays N, spatial, C. A layout never changes what a value means.
/// </summary>
public readonly record struct Layout
{
    // Row-major is the default value, so that default(Layout) is meaningful for any rank.
    readonly Dims _order;

    Layout(Dims order) => _order = order;

    /// <summary>The axes lie in their logical order.</summary>
    public static Layout RowMajor => default;

    /// <summary>Axis 1 (channels) lies innermost. For fewer than three axes that is row-major already.</summary>
    public static Layout ChannelsLast(int rank)
    {
        if (rank < 3) return RowMajor;
        Span<int> order = stackalloc int[Dims.Capacity];
        order[0] = 0;
        for (int i = 2; i < rank; i++) order[i - 1] = i;
        order[rank - 1] = 1;
        return new(new Dims(order[..rank]));
    }

    /// <summary>A layout by the order of its axes, outermost first.</summary>
    /// <exception cref="ArgumentException">The list is no permutation.</exception>
    public static Layout Of(Dims order)
    {
        bool ordered = true;
        int seen = 0;
        for (int i = 0; i < order.Count; i++)
        {
            if ((uint)order[i] >= (uint)order.Count || (seen & 1 << order[i]) != 0)
                throw new ArgumentException($"{order} is no permutation.");
            seen |= 1 << order[i];
            ordered &= order[i] == i;
        }
        return ordered ? RowMajor : new(order);
    }

    /// <summary>Whether the axes lie in their logical order.</summary>
    public bool IsRowMajor => _order.Count == 0;

    /// <summary>Whether channels lie innermost.</summary>
    public bool IsChannelsLast(int rank) => this == ChannelsLast(rank);

    /// <summary>The order of the axes, outermost first.</summary>
    public Dims Order(int rank)
    {
        if (!IsRowMajor) return _order;
        Span<int> order = stackalloc int[Dims.Capacity];
        for (int i = 0; i < rank; i++) order[i] = i;
        return new(order[..rank]);
    }

    /// <summary>Elements between neighbours along each logical axis.</summary>
    public Strides Strides(Dims sizes)
    {
        var strides = new Strides();
        var order = Order(sizes.Count);
        long stride = 1;
        for (int i = sizes.Count - 1; i >= 0; i--)
        {
            strides[order[i]] = stride;
            stride *= sizes[order[i]];
        }
        return strides;
    }

    /// <inheritdoc/>
    public override string ToString() => IsRowMajor ? "row-major" : $"order {_order}";
}

/// <summary>Elements between neighbours along each logical axis.</summary>
[System.Runtime.CompilerServices.InlineArray(Dims.Capacity)]
public struct Strides
{
    long _first;
}
