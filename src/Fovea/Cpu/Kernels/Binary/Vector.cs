using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Binary;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];

    /// <summary>The vector body of an arithmetic function.</summary>
    public static BinaryCode? Arithmetic(BinaryFunction function) => function switch
    {
        BinaryFunction.Add => BinaryCode.Add,
        BinaryFunction.Subtract => BinaryCode.Subtract,
        BinaryFunction.Multiply => BinaryCode.Multiply,
        BinaryFunction.Divide => BinaryCode.Divide,
        BinaryFunction.Power => BinaryCode.Power,
        BinaryFunction.Maximum => BinaryCode.Maximum,
        BinaryFunction.Minimum => BinaryCode.Minimum,
        BinaryFunction.PRelu => BinaryCode.PRelu,
        _ => null,
    };

    /// <summary>The vector body of a comparison.</summary>
    public static CompareCode? Comparison(BinaryFunction function) => function switch
    {
        BinaryFunction.Equal => CompareCode.Equal,
        BinaryFunction.NotEqual => CompareCode.NotEqual,
        BinaryFunction.Less => CompareCode.Less,
        BinaryFunction.LessOrEqual => CompareCode.LessOrEqual,
        BinaryFunction.Greater => CompareCode.Greater,
        BinaryFunction.GreaterOrEqual => CompareCode.GreaterOrEqual,
        _ => null,
    };
}

/// <summary>
/// z = f(x, y) of float32 with broadcasting. Where one operand is as large as the output and the other is one value, a row or a column of
/// it, whole groups of rows are one loop; any other broadcast goes row by row.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.Binary> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Binary.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Binary op, KernelCase @case) => VectorKernels.Recipe("Binary.vector");

    protected override bool Supports(Ops.Binary op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32
        && (Vector.Arithmetic(op.Function) is not null || Vector.Comparison(op.Function) is not null);

    protected override LayoutRule Layouts(Ops.Binary op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.Binary op, KernelCase @case, int input, int output)
    {
        var (x, z) = (@case.Inputs[input], @case.Outputs[output]);
        return x.Element == z.Element && x.Sizes == z.Sizes && x.LiesAs(z.Layout);
    }

    protected override KernelWork Prepare(Ops.Binary op, KernelCase @case)
    {
        var walk = BroadcastWalk.Of(@case.Outputs[0], @case.Inputs);
        bool gathers = walk.ColumnStride(0) > 1 || walk.ColumnStride(1) > 1;
        return new([walk.Pieces], WalkerScratch: gathers ? 2 * walk.Columns * sizeof(float) : 0, Prepared: new Plan(walk));
    }

    protected override void Run(Ops.Binary op, in KernelCall call)
    {
        var plan = (Plan)call.Prepared!;
        var walk = plan.Walk;
        float* x = (float*)call.Input(0), y = (float*)call.Input(1);
        var (row, rows, column, columns) = walk.Piece(call.Piece);
        if (plan.Pattern is { } pattern && Vector.Arithmetic(op.Function) is { } code)
        {
            float* full = pattern.Swapped ? y : x, other = pattern.Swapped ? x : y;
            for (nint end = row + rows, count; row < end; row += count)
            {
                count = Math.Min(end - row, walk.GroupRows - row % walk.GroupRows);
                nint fullAt = row * walk.Columns + column, otherAt = walk.Offset(pattern.Swapped ? 0 : 1, row);
                if (pattern.Broadcast is Broadcast.None or Broadcast.Row) otherAt += column;
                Elementwise<T>.Binary(code, full + fullAt, other + otherAt, pattern.Broadcast, pattern.Swapped, count, columns,
                    (float*)call.Output(0) + fullAt);
            }
            return;
        }
        for (; rows > 0; rows--, row++)
        {
            float* left = Operand(walk, 0, x, row, column, columns, (float*)call.WalkerScratch);
            float* right = Operand(walk, 1, y, row, column, columns, (float*)call.WalkerScratch + walk.Columns);
            bool rightIsScalar = walk.ColumnStride(1) == 0, leftIsScalar = walk.ColumnStride(0) == 0 && !rightIsScalar;
            nint at = row * walk.Columns + column;
            float* first = leftIsScalar ? right : left, second = leftIsScalar ? left : right;
            if (Vector.Comparison(op.Function) is { } comparison)
                Elementwise<T>.Compare(comparison, first, second, leftIsScalar || rightIsScalar, leftIsScalar, columns,
                    (byte*)call.Output(0) + at);
            else
                Elementwise<T>.Binary(Vector.Arithmetic(op.Function)!.Value, first, second,
                    leftIsScalar || rightIsScalar ? Broadcast.Scalar : Broadcast.None, leftIsScalar, 1, columns,
                    (float*)call.Output(0) + at);
        }
    }

    /// <summary>A row of an operand: where it lies (one value if its stride is 0), or gathered if it is not dense.</summary>
    static float* Operand(BroadcastWalk walk, int input, float* x, nint row, nint column, nint columns, float* scratch)
    {
        nint stride = walk.ColumnStride(input);
        x += walk.Offset(input, row) + column * stride;
        if (stride <= 1) return x;
        for (nint i = 0; i < columns; i++) scratch[i] = x[i * stride];
        return scratch;
    }

    sealed class Plan
    {
        public Plan(BroadcastWalk walk)
        {
            Walk = walk;
            for (int full = 0; full < 2 && Pattern is null; full++)
                if (IsFull(full) && OtherPattern(1 - full) is { } broadcast) Pattern = (broadcast, full == 1);
        }

        public BroadcastWalk Walk { get; }

        /// <summary>
        /// How the other operand meets the full one, and whether that is the second; null where rows are done one by one.
        /// </summary>
        public (Broadcast Broadcast, bool Swapped)? Pattern { get; }

        bool IsFull(int input)
        {
            nint size = 1;
            for (int axis = Walk.Axes - 1; axis >= 0; axis--)
            {
                if (Walk.Size(axis) > 1 && Walk.Stride(input, axis) != size) return false;
                size *= Walk.Size(axis);
            }
            return true;
        }

        Broadcast? OtherPattern(int input) => (Walk.RowStride(input), Walk.ColumnStride(input)) switch
        {
            (0, 0) => Broadcast.Scalar,
            (0, 1) when Walk.GroupRows > 1 => Broadcast.Row,
            (1, 0) => Broadcast.Column,
            var (r, c) when c == 1 && (r == Walk.Columns || Walk.GroupRows == 1) => Broadcast.None,
            _ => null,
        };
    }
}
