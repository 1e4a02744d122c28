using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>
/// Products of matrices by the strides of their operands: <c>y[b][m][n] = Σ over k of left[b][m][k] · right[b][k][n]</c>, y row-major.
/// M, N and K are rows, columns and depth. A transposed operand is one whose strides are exchanged.
/// </summary>
internal sealed record MatMulSizes
{
    /// <summary>M.</summary>
    public required int Rows { get; init; }

    /// <summary>N.</summary>
    public required int Columns { get; init; }

    /// <summary>K.</summary>
    public required int Depth { get; init; }

    /// <summary>Floats from one row of the left operand to the next.</summary>
    public required nint LeftRow { get; init; }

    /// <summary>Floats from one step of the reduction to the next in the left operand.</summary>
    public required nint LeftDepth { get; init; }

    /// <summary>Floats from one step of the reduction to the next in the right operand.</summary>
    public required nint RightDepth { get; init; }

    /// <summary>Floats from one column of the right operand to the next.</summary>
    public required nint RightColumn { get; init; }

    /// <summary>Floats from one row of the result to the next: the columns, unless it lies among others.</summary>
    public nint OutputRow { get => field == 0 ? Columns : field; init; }

    /// <summary>Where each product's left operand starts.</summary>
    public nint[] LeftStarts { get; init; } = [0];

    /// <summary>Where each product's right operand starts.</summary>
    public nint[] RightStarts { get; init; } = [0];

    /// <summary>Whether the caller's right operand is the left one here and the other way round; its one bias is every column's.</summary>
    public bool Exchanged { get; init; }

    /// <summary>How many products.</summary>
    public int Products => LeftStarts.Length;

    /// <summary>The sizes of a product of matrices, of row-major operands.</summary>
    public static MatMulSizes Of(bool transposeLeft, bool transposeRight, KernelCase @case)
    {
        Dims left = @case.Inputs[0].Sizes, right = @case.Inputs[1].Sizes, output = @case.Outputs[0].Sizes;
        int leftPitch = left[left.Count - 1], rightPitch = right[right.Count - 1];
        return new MatMulSizes
        {
            Rows = output[output.Count - 2], Columns = output[output.Count - 1],
            Depth = transposeLeft ? left[left.Count - 2] : leftPitch,
            LeftRow = transposeLeft ? 1 : leftPitch, LeftDepth = transposeLeft ? leftPitch : 1,
            RightDepth = transposeRight ? 1 : rightPitch, RightColumn = transposeRight ? rightPitch : 1,
            LeftStarts = Starts(left, output), RightStarts = Starts(right, output),
        }.Simplified();
    }

    /// <summary>The sizes of a fully connected layer: rows of features by weights O, I.</summary>
    public static MatMulSizes Of(Dims features, Dims weights) => new MatMulSizes
    {
        Rows = checked((int)(features.Product() / weights[1])), Columns = weights[0], Depth = weights[1],
        LeftRow = weights[1], LeftDepth = 1, RightDepth = 1, RightColumn = weights[1],
    }.Simplified();

    /// <summary>
    /// The same products, told otherwise: many rows with one right operand are one product; a product of one column is its
    /// transpose of one row. A sum's terms and their order stay the same.
    /// </summary>
    public MatMulSizes Simplified()
    {
        var sizes = this;
        bool oneRight = Array.TrueForAll(RightStarts, start => start == RightStarts[0]), denseLeft = true;
        for (int i = 0; i < Products; i++) denseLeft &= LeftStarts[i] == i * Rows * LeftRow;
        if (Products > 1 && oneRight && denseLeft)
            sizes = this with { Rows = checked(Rows * Products), LeftStarts = [0], RightStarts = [RightStarts[0]] };
        if (sizes.Columns > 1 || sizes.Rows == 1) return sizes;
        return sizes with
        {
            Rows = 1,
            Columns = sizes.Rows,
            LeftRow = sizes.RightColumn,
            LeftDepth = sizes.RightDepth,
            RightDepth = sizes.LeftDepth,
            RightColumn = sizes.LeftRow,
            LeftStarts = sizes.RightStarts,
            RightStarts = sizes.LeftStarts,
            Exchanged = true,
        };
    }

    /// <summary>Where the matrices of an operand start whose leading axes broadcast to the output's.</summary>
    static nint[] Starts(Dims operand, Dims output)
    {
        var leading = new Dims(output.AsSpan()[..^2]);
        var starts = new nint[checked((int)leading.Product())];
        int missing = output.Count - operand.Count;
        var place = new Odometer(leading);
        for (int i = 0; place.MoveNext(); i++)
        {
            nint start = 0;
            for (int axis = missing; axis < leading.Count; axis++)
            {
                int size = operand[axis - missing];
                start = start * size + (size == 1 ? 0 : place[axis]);
            }
            starts[i] = checked(start * operand[operand.Count - 2] * operand[operand.Count - 1]);
        }
        return starts;
    }
}
