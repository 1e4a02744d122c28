using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>y[…, m, n] = Σ over k of a[…, m, k] · b[…, k, n], k ascending.</summary>
sealed class Naive : NaiveKernel<Ops.MatMul>
{
    protected override void Run<T>(Ops.MatMul op, in KernelCall call)
    {
        var (aType, bType, yType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0]);
        ReadOnlySpan<T> a = call.Source<T>(0), b = call.Source<T>(1);
        var y = call.Target<T>(0);
        Strides aStrides = aType.Strides, bStrides = bType.Strides, yStrides = yType.Strides;
        int rank = yType.Rank, rows = yType.Sizes[rank - 2], columns = yType.Sizes[rank - 1];
        int inner = aType.Sizes[aType.Rank - (op.TransposeA ? 2 : 1)];
        var (aRow, aInner) = Pair(aStrides, aType.Rank, op.TransposeA);
        var (bInner, bColumn) = Pair(bStrides, bType.Rank, op.TransposeB);

        for (var at = new Odometer(new(yType.Sizes.AsSpan()[..^2])); at.MoveNext();)
        {
            long aMatrix = 0, bMatrix = 0, yMatrix = 0;
            for (int axis = 0; axis < rank - 2; axis++)
            {
                aMatrix += at[axis] * Broadcast(aType, aStrides, axis - rank + aType.Rank);
                bMatrix += at[axis] * Broadcast(bType, bStrides, axis - rank + bType.Rank);
                yMatrix += at[axis] * yStrides[axis];
            }
            for (int m = 0; m < rows; m++)
                for (int n = 0; n < columns; n++)
                {
                    var sum = T.Zero;
                    for (int k = 0; k < inner; k++)
                        sum += a[(int)(aMatrix + m * aRow + k * aInner)] * b[(int)(bMatrix + k * bInner + n * bColumn)];
                    y[(int)(yMatrix + m * yStrides[rank - 2] + n * yStrides[rank - 1])] = sum;
                }
        }
    }

    // The strides of the last two axes, as rows and columns after transposing.
    static (long Row, long Column) Pair(in Strides strides, int rank, bool transposed) =>
        transposed ? (strides[rank - 1], strides[rank - 2]) : (strides[rank - 2], strides[rank - 1]);

    // The stride of a leading axis: 0 where the input does not have it, or has it once.
    static long Broadcast(BoundType type, in Strides strides, int axis) => axis < 0 || type.Sizes[axis] == 1 ? 0 : strides[axis];
}
