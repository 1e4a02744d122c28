using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>The kernels for many small matrices, widest first.</summary>
static class Small
{
    public static Kernel[] All { get; } = [new Small<V512>(), new Small<V256>(), new Small<V128>()];
}

/// <summary>
/// Products of many small matrices, such as the heads of an attention: a tile's tables and the packing of panels would cost more than the
/// products. The order of sums, and so the bits, are those of <see cref="Direct{TMicro}"/>.
/// </summary>
sealed unsafe class Small<T> : Kernel<Ops.MatMul> where T : unmanaged, IVec<T>
{
    // From here on panels in registers win.
    const int Most = 32;
    const long MultiplyAddsOfPiece = 1 << 18;

    static readonly string OwnName = $"MatMul.small.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.MatMul op, KernelCase @case) => SimdWidth.HasFma ? "direct.fused" : "direct.rounded";

    protected override bool Supports(Ops.MatMul op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Inputs[1].Count > 0
        && MatMulSizes.Of(op.TransposeA, op.TransposeB, @case) is { Products: > 1, Rows: <= Most, Columns: <= Most, Depth: <= Most };

    protected override KernelWork Prepare(Ops.MatMul op, KernelCase @case)
    {
        var sizes = MatMulSizes.Of(op.TransposeA, op.TransposeB, @case);
        var work = new Work(sizes, (int)Math.Max(1, MultiplyAddsOfPiece / ((long)sizes.Rows * sizes.Columns * sizes.Depth)),
            sizes.RightColumn == 1 && sizes.Columns % T.Count == 0);
        return new([VectorKernels.Pieces(sizes.Products, work.Grain)],
            WalkerScratch: work.InPlace ? 0 : (long)sizes.Depth * Pitch(sizes) * sizeof(float), Prepared: work);
    }

    sealed record Work(MatMulSizes Sizes, int Grain, bool InPlace);

    protected override void Run(Ops.MatMul op, in KernelCall call)
    {
        var work = (Work)call.Prepared!;
        var sizes = work.Sizes;
        float* left = (float*)call.Input(sizes.Exchanged ? 1 : 0), right = (float*)call.Input(sizes.Exchanged ? 0 : 1);
        nint pitch = Pitch(sizes), step = (nint)sizes.Rows * sizes.Columns;
        int end = Math.Min(sizes.Products, (call.Piece + 1) * work.Grain);
        for (int product = call.Piece * work.Grain; product < end; product++)
        {
            float* matrix = right + sizes.RightStarts[product];
            nint depth = sizes.RightDepth;
            if (!work.InPlace)
            {
                Pack(matrix, sizes, (float*)call.WalkerScratch, pitch);
                matrix = (float*)call.WalkerScratch;
                depth = pitch;
            }
            SmallMatMulLoops.Multiply<T>(left + sizes.LeftStarts[product], sizes.LeftRow, sizes.LeftDepth, matrix, depth, sizes.Rows,
                sizes.Columns, sizes.Depth, (float*)call.Output(0) + product * step);
        }
    }

    static nint Pitch(MatMulSizes sizes) => (sizes.Columns + 15) & ~15;

    // Rows of whole vectors, zeros at their ends.
    static void Pack(float* from, MatMulSizes sizes, float* to, nint pitch)
    {
        if (sizes.RightDepth == 1)
        {
            for (int k = 0; k < sizes.Depth; k++)
                for (nint n = sizes.Columns; n < pitch; n++) to[k * pitch + n] = 0f;
            TransposeLoops.Transpose((uint*)from, sizes.Columns, sizes.Depth, sizes.RightColumn, pitch, (uint*)to);
            return;
        }
        for (int k = 0; k < sizes.Depth; k++, from += sizes.RightDepth, to += pitch)
            for (nint n = 0; n < pitch; n++) to[n] = n < sizes.Columns ? from[n * sizes.RightColumn] : 0f;
    }
}
