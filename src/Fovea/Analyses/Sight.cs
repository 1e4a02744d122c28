using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>
/// Which indices of each axis of a value are seen from a place behind it. Axes stand for themselves: a set that is no box (two branches
/// that look at opposite corners) is known by its projections, whose first and last indices are exact.
/// </summary>
sealed class Sight
{
    readonly bool[][] _axes;

    Sight(bool[][] axes) => _axes = axes;

    /// <summary>Nothing of a value of those sizes.</summary>
    public static Sight None(Dims sizes) => new([.. sizes.Select(size => new bool[size])]);

    /// <summary>All of it.</summary>
    public static Sight All(Dims sizes) => new([.. sizes.Select(All)]);

    /// <summary>Sets of indices as they are.</summary>
    public static Sight Of(IEnumerable<bool[]> axes) => new([.. axes]);

    public int Rank => _axes.Length;

    /// <summary>Which indices of an axis are seen.</summary>
    public bool[] this[int axis] => _axes[axis];

    /// <summary>Whether anything is seen at all.</summary>
    public bool IsEmpty => Array.Exists(_axes, axis => Array.IndexOf(axis, true) < 0);

    /// <summary>With one axis replaced.</summary>
    public Sight With(int axis, bool[] seen)
    {
        bool[][] axes = [.. _axes];
        axes[axis] = seen;
        return new(axes);
    }

    /// <summary>What either sees.</summary>
    public Sight Union(Sight other) => IsEmpty ? other : other.IsEmpty ? this
        : new([.. _axes.Zip(other._axes, (a, b) => a.Zip(b, (x, y) => x || y).ToArray())]);

    /// <summary>Every index of an axis.</summary>
    public static bool[] All(int size)
    {
        bool[] all = new bool[size];
        Array.Fill(all, true);
        return all;
    }

    /// <summary>The indices that some seen index maps to; those outside the axis are nothing.</summary>
    public static bool[] Map(bool[] seen, int size, Func<int, IEnumerable<int>> sources)
    {
        bool[] mapped = new bool[size];
        for (int i = 0; i < seen.Length; i++)
            if (seen[i])
                foreach (int source in sources(i))
                    if ((uint)source < (uint)size) mapped[source] = true;
        return mapped;
    }
}

/// <summary>How operators look: from seen indices of the output to seen indices of each input.</summary>
static class SightRules
{
    /// <summary>What each input shows of itself, or null where the operator's rule is not known.</summary>
    /// <param name="op">The operator, of known sizes.</param>
    /// <param name="seen">What is seen of its first output.</param>
    /// <param name="inputs">The sizes of its inputs.</param>
    /// <param name="output">The sizes of its first output.</param>
    public static Sight[]? Of(Op op, Sight seen, Dims[] inputs, Dims output) => op switch
    {
        Unary or Cast or StopGradient or Binary or Select or BroadcastTo => [.. inputs.Select(sizes => Broadcast(seen, sizes))],
        BatchNormalization => [Broadcast(seen, inputs[0]), .. Unseen(inputs)],
        Convolution o => [Window(seen, inputs[0], WholeGroups(seen[1], inputs[0][1], o.Geometry.Groups),
            (axis, place) => Taps(o.Geometry, axis, place, inputs[1][axis + 2])), .. Unseen(inputs)],
        TransposedConvolution o => [Window(seen, inputs[0], WholeGroups(seen[1], inputs[0][1], o.Geometry.Groups),
            (axis, place) => Spread(o.Geometry, axis, place, inputs[1][axis + 2])), .. Unseen(inputs)],
        MaxPool o => [Window(seen, inputs[0], seen[1], (axis, place) => Taps(o.Geometry, axis, place))],
        AveragePool o => [Window(seen, inputs[0], seen[1], (axis, place) => Taps(o.Geometry, axis, place))],
        Resize o => [Window(seen, inputs[0], seen[1], (axis, place) =>
            AxisTaps.Of(o.Geometry, axis, inputs[0][axis + 2], output[axis + 2]).Pixels(place).ToArray())],
        Linear => [seen.With(seen.Rank - 1, Sight.All(inputs[0][^1])), .. Unseen(inputs)],
        MatMul o => [.. inputs.Select((sizes, i) => Product(o, seen, sizes, first: i == 0))],
        Softmax o => [seen.With(o.Axis, Sight.All(output[o.Axis]))],
        LogSoftmax o => [seen.With(o.Axis, Sight.All(output[o.Axis]))],
        Reduce o => [Reduced(o, seen, inputs[0])],
        Reshape => [Reshaped(seen, output, inputs[0])],
        Transpose o => [Sight.Of(Enumerable.Range(0, seen.Rank).Select(axis => seen[Array.IndexOf(o.Order.ToArray(), axis)]))],
        Slice o => [seen.With(o.Axis, Sight.Map(seen[o.Axis], inputs[0][o.Axis], i => [(int)o.Start.Value + i * o.Step]))],
        Concat o => [.. inputs.Select((sizes, k) => Part(seen, o.Axis, inputs.Take(k).Sum(s => s[o.Axis]), sizes[o.Axis]))],
        Pad o => [Sight.Of(Enumerable.Range(0, seen.Rank).Select(a => Sight.Map(seen[a], inputs[0][a], i => [i - o.Before[a]])))],
        Gather o => [Gathered(seen, o.Axis, inputs[0], inputs[1].Count), Sight.None(inputs[1])],
        _ => null,
    };

    // Weights, statistics and biases are no pixels.
    static IEnumerable<Sight> Unseen(Dims[] inputs) => inputs.Skip(1).Select(Sight.None);

    static Sight Broadcast(Sight seen, Dims sizes)
    {
        int lead = seen.Rank - sizes.Count;
        return Sight.Of(sizes.Select((size, axis) => size == seen[axis + lead].Length ? seen[axis + lead]
            : [Array.IndexOf(seen[axis + lead], true) >= 0]));
    }

    static bool[] WholeGroups(bool[] outputs, int inputs, int groups)
    {
        int outputsOfGroup = outputs.Length / groups, inputsOfGroup = inputs / groups;
        return Sight.Map(outputs, inputs, o => Enumerable.Range(o / outputsOfGroup * inputsOfGroup, inputsOfGroup));
    }

    static Sight Window(Sight seen, Dims input, bool[] channels, Func<int, int, IEnumerable<int>> pixels) => Sight.Of(
    [
        seen[0], channels,
        .. Enumerable.Range(0, input.Count - 2).Select(axis => Sight.Map(seen[axis + 2], input[axis + 2], place => pixels(axis, place))),
    ]);

    static IEnumerable<int> Taps(ConvolutionGeometry g, int axis, int place, int kernel) =>
        Enumerable.Range(0, kernel).Select(tap => place * g.Stride[axis] - g.PadBegin[axis] + tap * g.Dilation[axis]);

    static IEnumerable<int> Taps(PoolingGeometry g, int axis, int place) =>
        Enumerable.Range(0, g.Kernel[axis]).Select(tap => place * g.Stride[axis] - g.PadBegin[axis] + tap * g.Dilation[axis]);

    // The inputs that a transposed convolution spreads over a place.
    static IEnumerable<int> Spread(ConvolutionGeometry g, int axis, int place, int kernel) =>
        from tap in Enumerable.Range(0, kernel)
        let offset = place + g.PadBegin[axis] - tap * g.Dilation[axis]
        where offset >= 0 && offset % g.Stride[axis] == 0
        select offset / g.Stride[axis];

    static Sight Product(MatMul op, Sight seen, Dims sizes, bool first)
    {
        int kept = first ? seen.Rank - 2 : seen.Rank - 1, rank = sizes.Count;
        bool transposed = first ? op.TransposeA : op.TransposeB;
        var batch = Broadcast(Sight.Of(Enumerable.Range(0, seen.Rank - 2).Select(a => seen[a])), new(sizes.AsSpan()[..^2]));
        var axes = Enumerable.Range(0, rank - 2).Select(a => batch[a]).ToList();
        bool[] rows = seen[kept], all = Sight.All(first == transposed ? sizes[^2] : sizes[^1]);
        axes.AddRange(first == transposed ? [all, rows] : [rows, all]);
        return Sight.Of(axes);
    }

    static Sight Reduced(Reduce op, Sight seen, Dims input)
    {
        int[] reduced = op.Axes.Count == 0 ? [.. Enumerable.Range(0, input.Count)] : op.Axes.ToArray();
        int next = 0;
        var axes = new List<bool[]>();
        for (int axis = 0; axis < input.Count; axis++)
        {
            bool isReduced = Array.IndexOf(reduced, axis) >= 0;
            axes.Add(isReduced ? Sight.All(input[axis]) : seen[next]);
            if (!isReduced || op.KeepAxes) next++;
        }
        return Sight.Of(axes);
    }

    // Every seen element is found again in the other shape: exact, and bounded by the elements of one sample.
    static Sight Reshaped(Sight seen, Dims output, Dims input)
    {
        bool[][] axes = [.. input.Select(size => new bool[size])];
        int[] place = new int[output.Count];
        Visit(0, 0);
        return Sight.Of(axes);

        void Visit(int axis, long flat)
        {
            if (axis == output.Count)
            {
                for (int i = input.Count - 1; i >= 0; i--)
                {
                    axes[i][flat % input[i]] = true;
                    flat /= input[i];
                }
                return;
            }
            for (int i = 0; i < output[axis]; i++)
                if (seen[axis][i]) Visit(axis + 1, flat * output[axis] + i);
        }
    }

    static Sight Part(Sight seen, int axis, int start, int size) => seen.With(axis, seen[axis][start..(start + size)]);

    static Sight Gathered(Sight seen, int axis, Dims input, int indexRank) => Sight.Of(Enumerable.Range(0, input.Count).Select(a =>
        a < axis ? seen[a] : a == axis ? Sight.All(input[a]) : seen[a + indexRank - 1]));
}
