using Fovea.Errors;
using Fovea.Ops;

namespace Fovea.Cpu.Kernels.Pad;

/// <summary>A run of an output's axis that walks the input's axis evenly.</summary>
/// <param name="Count">Elements.</param>
/// <param name="From">The input's element that the first shows.</param>
/// <param name="Step">From one to the next in the input: 1, 0 or −1.</param>
/// <param name="To">Where the first lies in the output.</param>
readonly record struct PadSegment(int Count, int From, int Step, int To)
{
    /// <summary>The runs of one axis: the border before it, the axis, the border behind it; without those that are empty.</summary>
    public static PadSegment[] Of(PadMode mode, int axis, int size, int before, int after)
    {
        Check(mode, axis, size, before, after);
        int total = Math.Max(0, size + before + after);
        int first = Math.Max(0, -before), last = size + Math.Min(0, after);
        var middle = new PadSegment(Math.Max(0, last - first), first, 1, first + before);
        if (mode == PadMode.Constant) return middle.Count > 0 ? [middle] : [];

        int left = Math.Clamp(before, 0, total), right = Math.Clamp(after, 0, total), at = total - right, place = at - before;
        var (begin, end) = mode switch
        {
            PadMode.Reflect => (new PadSegment(left, before, -1, 0), new PadSegment(right, 2 * (size - 1) - place, -1, at)),
            PadMode.Replicate => (new(left, 0, 0, 0), new(right, size - 1, 0, at)),
            _ => (new(left, size - before, 1, 0), new(right, place - size, 1, at)),
        };
        return [.. new[] { begin, middle, end }.Where(segment => segment.Count > 0)];
    }

    /// <summary>The input's element that a place shows: <paramref name="place"/> counts from the input's first.</summary>
    public static int Source(PadMode mode, int place, int size) => mode switch
    {
        PadMode.Reflect => place < 0 ? -place : place < size ? place : 2 * (size - 1) - place,
        PadMode.Replicate => Math.Clamp(place, 0, size - 1),
        _ => (place + size) % size,
    };

    /// <summary>Checks sizes that the shape rule may not have known.</summary>
    public static void Check(PadMode mode, int axis, int size, int before, int after)
    {
        if (PadBorders.Fault(mode, axis, size, before, after) is { } fault) throw new ShapeMismatchException($"Pad {fault}.");
    }
}
