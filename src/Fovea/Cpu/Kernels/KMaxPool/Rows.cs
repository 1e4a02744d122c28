using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.KMaxPool;

/// <summary>The kernels over rows, widest first.</summary>
static class Rows
{
    public static Kernel[] All { get; } = [new Rows<V512>(), new Rows<V256>(), new Rows<V128>()];
}

/// <summary>
/// Partial selection of float32 rows: a heap of the K best so far, and whole vectors passed over that hold nothing better than its least.
/// </summary>
sealed unsafe class Rows<T> : Kernel<Ops.KMaxPool> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"KMaxPool.rows.{T.Name}";

    public override string Name => OwnName;

    // Elements are only moved: every kernel gives the same bits.
    protected override string Recipe(Ops.KMaxPool op, KernelCase @case) => "KMaxPool";

    protected override bool Supports(Ops.KMaxPool op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.KMaxPool op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override KernelWork Prepare(Ops.KMaxPool op, KernelCase @case)
    {
        var sizes = @case.Inputs[0].Sizes;
        nint rows = PoolWindows.RowsOfPiece(sizes[2]);
        return new([VectorKernels.Pieces((long)sizes[0] * sizes[1], rows)], WalkerScratch: (long)@case.Outputs[0].Sizes[2] * sizeof(long));
    }

    protected override void Run(Ops.KMaxPool op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        int size = sizes[2], kept = call.Case.Outputs[0].Sizes[2];
        nint rows = PoolWindows.RowsOfPiece(size), first = call.Piece * rows, end = Math.Min(first + rows, (nint)sizes[0] * sizes[1]);
        for (nint row = first; row < end; row++)
        {
            int length = SampleLengths.Read(call, 1, (int)(row / sizes[1]), size);
            KMaxLoops.Row<T>((float*)call.Input(0) + row * size, length, kept, (long*)call.WalkerScratch,
                (float*)call.Output(0) + row * kept, (long*)call.Output(1) + row * kept);
        }
    }
}
