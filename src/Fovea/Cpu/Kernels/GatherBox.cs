using System.Diagnostics.CodeAnalysis;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>What gathering and scattering along an axis share: the box of one slice, and checked indices.</summary>
static class GatherBox
{
    /// <summary>
    /// The sizes of one slice (1 along the axis), and the strides of the side where the indices' axes stand in the axis's place.
    /// </summary>
    /// <param name="sizes">The sizes of the side with the axis.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="indexRank">How many axes the indices have.</param>
    /// <param name="spread">The strides of the side with the indices' axes.</param>
    /// <param name="strides">The same for the axes of a slice.</param>
    /// <param name="step">From one index to the next on that side.</param>
    public static Dims Of(Dims sizes, int axis, int indexRank, in Strides spread, out Strides strides, out long step)
    {
        strides = new Strides();
        for (int i = 0; i < sizes.Count; i++) strides[i] = i < axis ? spread[i] : i > axis ? spread[i - 1 + indexRank] : 0;
        step = 1;
        for (int i = axis + 1; i < sizes.Count; i++) step *= sizes[i];
        return sizes.With(axis, 1);
    }

    /// <summary>One index, from 0.</summary>
    /// <exception cref="IndexOutOfRangeException">It is outside the axis.</exception>
    public static long Index(in KernelCall call, int input, int i, int size)
    {
        long index = call.Case.Inputs[input].Element == ElementType.Int64 ? call.Source<long>(input)[i] : call.Source<int>(input)[i];
        return From0(index, size, i);
    }

    /// <summary>An index, of which negative ones count from the end, from 0.</summary>
    /// <exception cref="IndexOutOfRangeException">It is outside the axis.</exception>
    public static long From0(long index, long size, long number)
    {
        long from0 = index < 0 ? index + size : index;
        if ((ulong)from0 >= (ulong)size) Outside(index, size, number);
        return from0;
    }

    [DoesNotReturn]
    static void Outside(long index, long size, long number) =>
        throw new IndexOutOfRangeException($"Index {index} (number {number}) is outside an axis of size {size}.");
}
