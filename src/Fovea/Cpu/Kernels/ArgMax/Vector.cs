using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ArgMax;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The places of the largest float32 elements: over rows where the axis is innermost, else over vectors of the inner elements.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.ArgMax> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"ArgMax.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.ArgMax op, KernelCase @case) => "ArgMax.vector";

    // Indices are int32 lanes.
    protected override bool Supports(Ops.ArgMax op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    // What stays must come out in logical order: so it does of channels-last images when their channels go, else of row-major ones.
    protected override LayoutRule Layouts(Ops.ArgMax op, KernelCase @case) =>
        new([op.Axis == 1 && !@case.Inputs[0].Layout.IsRowMajor ? Placement.ChannelsLast : Placement.RowMajor], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.ArgMax op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.ArgMax op, in KernelCall call)
    {
        var work = (SoftmaxWork)call.Prepared!;
        float* x = (float*)call.Input(0);
        long* y = (long*)call.Output(0);
        if (work.Inner == 1)
        {
            nint row = call.Piece * work.Grain;
            RowReductions.ArgMaxRows<T>(x + row * work.Length, Math.Min(work.Grain, work.Outer - row), work.Length, y + row);
            return;
        }
        nint strip = call.Piece % work.Strips * work.Grain, block = call.Piece / work.Strips;
        RowReductions.ArgMaxColumns<T>(x + block * work.Length * work.Inner + strip, work.Length, work.Inner,
            Math.Min(work.Grain, work.Inner - strip), y + block * work.Inner + strip);
    }
}
