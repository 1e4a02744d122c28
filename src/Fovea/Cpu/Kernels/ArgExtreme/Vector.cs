using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ArgExtreme;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] Of<TOp>() where TOp : Ops.ArgExtreme =>
        [new Vector<TOp, V512>(), new Vector<TOp, V256>(), new Vector<TOp, V128>()];
}

/// <summary>
/// The places of the largest or smallest float32 elements: over rows where the axis is innermost, else over vectors of the inner elements.
/// </summary>
sealed unsafe class Vector<TOp, T> : Kernel<TOp> where TOp : Ops.ArgExtreme where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"{typeof(TOp).Name}.vector.{T.Name}", OwnRecipe = $"{typeof(TOp).Name}.vector";

    public override string Name => OwnName;

    protected override string Recipe(TOp op, KernelCase @case) => OwnRecipe;

    // Indices are int32 lanes.
    protected override bool Supports(TOp op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    // What stays must come out in logical order: so it does of channels-last images when their channels go, else of row-major ones.
    protected override LayoutRule Layouts(TOp op, KernelCase @case) =>
        new([op.Axis == 1 && !@case.Inputs[0].Layout.IsRowMajor ? Placement.ChannelsLast : Placement.RowMajor], [Placement.RowMajor]);

    protected override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(TOp op, in KernelCall call)
    {
        switch (op.Smallest, op.Last)
        {
            case (false, false): Run<FirstLargest>(call); break;
            case (false, true): Run<LastLargest>(call); break;
            case (true, false): Run<FirstSmallest>(call); break;
            default: Run<LastSmallest>(call); break;
        }
    }

    static void Run<TExtreme>(in KernelCall call) where TExtreme : struct, IExtreme
    {
        var work = (SoftmaxWork)call.Prepared!;
        float* x = (float*)call.Input(0);
        long* y = (long*)call.Output(0);
        if (work.Inner == 1)
        {
            nint row = call.Piece * work.Grain;
            ExtremeLoops.Rows<T, TExtreme>(x + row * work.Length, Math.Min(work.Grain, work.Outer - row), work.Length, y + row);
            return;
        }
        nint strip = call.Piece % work.Strips * work.Grain, block = call.Piece / work.Strips;
        ExtremeLoops.Columns<T, TExtreme>(x + block * work.Length * work.Inner + strip, work.Length, work.Inner,
            Math.Min(work.Grain, work.Inner - strip), y + block * work.Inner + strip);
    }
}
