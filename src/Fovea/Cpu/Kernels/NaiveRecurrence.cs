using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels;

/// <summary>What the reference kernels of recurrent operators share: row-major values, and a row of sums in the scratch memory.</summary>
/// <param name="widths">How many rows of the size of a state the scratch memory holds.</param>
abstract class NaiveRecurrence<TOp>(int widths) : NaiveKernel<TOp> where TOp : Op
{
    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case) =>
        new([1], Scratch: (long)widths * StateSize(@case) * sizeof(double));

    /// <summary>H.</summary>
    protected abstract int StateSize(KernelCase @case);

    /// <summary>The row of sums.</summary>
    protected static unsafe Span<T> Sums<T>(in KernelCall call, int count) where T : unmanaged => new((void*)call.Scratch, count);

    /// <summary>sums[j] += Σ over k of row[k] · matrix[first + j, k].</summary>
    protected static void AddProduct<T>(ReadOnlySpan<T> row, ReadOnlySpan<T> matrix, int first, Span<T> sums) where T : INumber<T>
    {
        for (int j = 0; j < sums.Length; j++)
        {
            var weights = matrix.Slice((first + j) * row.Length, row.Length);
            for (int k = 0; k < row.Length; k++) sums[j] += row[k] * weights[k];
        }
    }

    /// <summary>sums[k] += Σ over j of row[j] · matrix[first + j, k].</summary>
    protected static void AddTransposed<T>(ReadOnlySpan<T> row, ReadOnlySpan<T> matrix, int first, Span<T> sums) where T : INumber<T>
    {
        for (int k = 0; k < sums.Length; k++)
            for (int j = 0; j < row.Length; j++) sums[k] += row[j] * matrix[(first + j) * sums.Length + k];
    }

    protected static T Sigmoid<T>(T x) where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));
}
