using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LogSumExp;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>ln Σ eˣ of float32: over rows where the axis is innermost, else over vectors of the inner elements.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.LogSumExp> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LogSumExp.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LogSumExp op, KernelCase @case) =>
        VectorKernels.Recipe(SoftmaxWork.IsInnermost(@case.Inputs[0], op.Axis) ? "LogSumExp.vector.rows" : "LogSumExp.vector.inner");

    protected override bool Supports(Ops.LogSumExp op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    // What stays must come out in logical order: so it does of channels-last images when their channels go, else of row-major ones.
    protected override LayoutRule Layouts(Ops.LogSumExp op, KernelCase @case) =>
        new([op.Axis == 1 && !@case.Inputs[0].Layout.IsRowMajor ? Placement.ChannelsLast : Placement.RowMajor], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.LogSumExp op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.LogSumExp op, in KernelCall call)
    {
        var work = (SoftmaxWork)call.Prepared!;
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        if (work.Inner == 1)
        {
            nint row = call.Piece * work.Grain;
            SoftmaxLoops.LogSumExp<T>(x + row * work.Length, Math.Min(work.Grain, work.Outer - row), work.Length, y + row);
            return;
        }
        nint strip = call.Piece % work.Strips * work.Grain, block = call.Piece / work.Strips;
        SoftmaxLoops.LogSumExpOverChannels<T>(x + block * work.Length * work.Inner + strip, work.Length, work.Inner,
            Math.Min(work.Grain, work.Inner - strip), y + block * work.Inner + strip);
    }
}
