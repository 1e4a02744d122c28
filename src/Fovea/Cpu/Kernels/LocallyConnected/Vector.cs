using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LocallyConnected;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A locally connected layer, row-major float32, with vectors over the places.</summary>
/// <remarks>The heart is <see cref="LocalProducts{T}"/>.</remarks>
sealed unsafe class Vector<T> : Kernel<Ops.LocallyConnected> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LocallyConnected.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LocallyConnected op, KernelCase @case) =>
        VectorKernels.Recipe("LocallyConnected.vector");

    protected override bool Supports(Ops.LocallyConnected op, KernelCase @case) =>
        LocalProducts<T>.Fits(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);

    protected override KernelWork Prepare(Ops.LocallyConnected op, KernelCase @case) =>
        LocalProducts<T>.Forward(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);

    protected override void Run(Ops.LocallyConnected op, in KernelCall call) => ((LocalProducts<T>)call.Prepared!).Forward(
        (float*)call.Input(0), (float*)call.Input(1), (float*)call.WalkerScratch, call.Piece, (float*)call.Output(0));
}
