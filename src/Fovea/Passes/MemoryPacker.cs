namespace Fovea.Passes;

/// <summary>
/// Places values with lifetimes in one block of memory, so that no two that live at the same step overlap, in little memory.
/// </summary>
/// <remarks>
/// The problem (dynamic storage allocation) is NP-hard. A pass takes the values in some order and puts each at the lowest offset that is
/// free for its whole lifetime. The first order is by size, the largest first (Pisarchyk and Lee, "Efficient memory management for deep
/// neural net inference", 2020), which is nearly always within a few percent of the bound. If it misses the bound by more than half a
/// percent, further passes may not reach the best size so far; each starts with the value at which the one before failed. The result
/// depends on nothing but the input.
/// </remarks>
internal static class MemoryPacker
{
    /// <summary>Offsets are multiples of this many bytes: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    // Further passes, and the pairs of values that they may look at together: some milliseconds.
    private const int MaxPasses = 32;
    private const int WorthPass = 200;              // a miss below half a percent is not worth a millisecond of planning
    private const long MaxLooks = 8_000_000;

    /// <summary>A value to place.</summary>
    /// <param name="Bytes">Its size; zero takes no room.</param>
    /// <param name="First">The first step at which it lives.</param>
    /// <param name="Last">The last one; both are included.</param>
    internal readonly record struct Value(long Bytes, int First, int Last);

    /// <summary>Places all values.</summary>
    /// <param name="values">What to place.</param>
    /// <param name="offsets">Receives each value's offset in bytes, a multiple of <see cref="Alignment"/>; as long as
    /// <paramref name="values"/>.</param>
    /// <returns>The size of the block in bytes, a multiple of <see cref="Alignment"/>.</returns>
    /// <exception cref="ArgumentException">A size is negative, a lifetime ends before it begins, or the lengths differ.</exception>
    /// <exception cref="OverflowException">The sizes together exceed 2⁶³ − 1 bytes.</exception>
    public static long Pack(ReadOnlySpan<Value> values, Span<long> offsets)
    {
        if (offsets.Length != values.Length)
            throw new ArgumentException($"{values.Length} values need as many offsets; {offsets.Length} given.", nameof(offsets));
        long bound = LowerBound(values);
        offsets.Clear();
        int[] order = LargestFirst(values);
        if (order.Length == 0)
            return 0;

        var placement = new Placement(values, order.Length);
        long best = placement.Place(order, offsets, long.MaxValue, out int highest);
        long[] attempt = new long[values.Length];
        for (int pass = 1; pass < MaxPasses && best - bound > bound / WorthPass && placement.Looks < MaxLooks; pass++)
        {
            Raise(order, highest);
            long size = placement.Place(order, attempt, best, out highest);
            if (size < best)
            {
                attempt.CopyTo(offsets);
                best = size;
            }
        }
        return best;
    }

    /// <summary>The most bytes that live at one step, each value rounded up to <see cref="Alignment"/>: no placement is smaller.</summary>
    public static long LowerBound(ReadOnlySpan<Value> values)
    {
        var events = new (int Step, long Bytes)[2 * values.Length];
        long sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Value value = values[i];
            if (value.Bytes < 0 || value.Last < value.First)
            {
                throw new ArgumentException(
                    $"Value {i} has {value.Bytes} bytes and lives from step {value.First} to {value.Last}.", nameof(values));
            }
            long bytes = Aligned(value.Bytes);
            sum = checked(sum + bytes);
            events[2 * i] = (value.First, bytes);
            events[2 * i + 1] = (value.Last, -bytes);
        }

        // At one step, what begins comes before what ends: both live there.
        Array.Sort(events, static (a, b) => a.Step != b.Step ? a.Step.CompareTo(b.Step) : b.Bytes.CompareTo(a.Bytes));
        long live = 0, most = 0;
        foreach (var (_, bytes) in events)
        {
            live += bytes;
            most = Math.Max(most, live);
        }
        return most;
    }

    private static long Aligned(long bytes) => checked(bytes + (Alignment - 1)) & -Alignment;

    // Ties: the longer lifetime first, then the earlier index, so that the order is one.
    private static int[] LargestFirst(ReadOnlySpan<Value> values)
    {
        var keys = new List<(long Bytes, long Steps, int Index)>(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Bytes > 0)
                keys.Add((Aligned(values[i].Bytes), (long)values[i].Last - values[i].First, i));
        }
        keys.Sort(static (a, b) =>
            a.Bytes != b.Bytes ? b.Bytes.CompareTo(a.Bytes) : a.Steps != b.Steps ? b.Steps.CompareTo(a.Steps) : a.Index.CompareTo(b.Index));
        return [.. keys.Select(key => key.Index)];
    }

    // Moves one value to the front; the others keep their order.
    private static void Raise(int[] order, int position)
    {
        int index = order[position];
        order.AsSpan(0, position).CopyTo(order.AsSpan(1));
        order[0] = index;
    }

    /// <summary>The values placed so far, by offset; reused by all passes.</summary>
    private ref struct Placement(ReadOnlySpan<Value> values, int count)
    {
        private readonly ReadOnlySpan<Value> _values = values;
        private readonly Slot[] _slots = new Slot[count];

        /// <summary>A placed value: its lifetime and its bytes, from offset to end.</summary>
        private readonly record struct Slot(long Offset, long End, int First, int Last);

        /// <summary>How many pairs of values have been looked at.</summary>
        public long Looks { get; private set; }

        /// <summary>Places the values in order.</summary>
        /// <param name="order">Indices of values.</param>
        /// <param name="offsets">Receives the offsets.</param>
        /// <param name="limit">The pass ends, with <see cref="long.MaxValue"/>, at a value that would bring the size up to this.</param>
        /// <param name="highest">The position in the order of the value at which it ended, or that set the size.</param>
        public long Place(ReadOnlySpan<int> order, Span<long> offsets, long limit, out int highest)
        {
            long size = 0;
            highest = 0;
            for (int placed = 0; placed < order.Length; placed++)
            {
                int index = order[placed];
                Value value = _values[index];
                long bytes = Aligned(value.Bytes), offset = LowestFree(_slots.AsSpan(0, placed), value, bytes), end = offset + bytes;
                if (end > size)
                {
                    size = end;
                    highest = placed;
                }
                if (end >= limit)
                    return long.MaxValue;
                offsets[index] = offset;
                Insert(new Slot(offset, end, value.First, value.Last), placed);
            }
            return size;
        }

        private long LowestFree(ReadOnlySpan<Slot> slots, Value value, long bytes)
        {
            long offset = 0;
            int i = 0;
            for (; i < slots.Length; i++)
            {
                ref readonly Slot slot = ref slots[i];
                if (slot.Last < value.First || slot.First > value.Last)
                    continue;
                if (slot.Offset - offset >= bytes)
                    break;
                offset = Math.Max(offset, slot.End);
            }
            Looks += i;
            return offset;
        }

        private readonly void Insert(Slot slot, int placed)
        {
            int low = 0, high = placed;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_slots[middle].Offset <= slot.Offset)
                    low = middle + 1;
                else
                    high = middle;
            }
            _slots.AsSpan(low, placed - low).CopyTo(_slots.AsSpan(low + 1));
            _slots[low] = slot;
        }
    }
}
