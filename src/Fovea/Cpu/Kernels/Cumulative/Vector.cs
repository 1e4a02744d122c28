using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Cumulative;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] Of<TOp>() where TOp : Ops.Cumulative =>
        [new Vector<TOp, V512>(), new Vector<TOp, V256>(), new Vector<TOp, V128>()];
}

/// <summary>
/// Cumulative sums and products of float32, in whatever layout, one after the other: several rows at once where the axis is innermost,
/// else vectors of the inner elements. The order of joining is one, so are the bits.
/// </summary>
sealed unsafe class Vector<TOp, T> : Kernel<TOp> where TOp : Ops.Cumulative where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"{typeof(TOp).Name}.vector.{T.Name}", OwnRecipe = $"{typeof(TOp).Name}.vector";

    public override string Name => OwnName;

    protected override string Recipe(TOp op, KernelCase @case) => OwnRecipe;

    protected override bool Supports(TOp op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(TOp op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(TOp op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(TOp op, in KernelCall call)
    {
        if (op is Ops.CumulativeSum) Run(op, call, default(AddBody), 0f);
        else Run(op, call, default(MultiplyBody), 1f);
    }

    static void Run<TBody>(Ops.Cumulative op, in KernelCall call, TBody body, float first) where TBody : struct, IBinaryBody
    {
        var work = (SoftmaxWork)call.Prepared!;
        var (outer, outers, inner, inners) = work.Block(call.Piece);
        nint at = outer * work.Length * work.Inner + inner;
        float* x = (float*)call.Input(0) + at, y = (float*)call.Output(0) + at;
        if (work.Inner == 1) ScanLoops.Rows(x, outers, work.Length, op.Exclusive, op.Reverse, body, first, y);
        else ScanLoops.Columns<T, TBody>(x, work.Length, work.Inner, inners, op.Exclusive, op.Reverse, body, first, y);
    }
}
