using Fovea.Cpu.Kernels.LocallyConnected;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LocallyConnectedInputGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The input gradient of a locally connected layer, row-major float32, with vectors over the places.</summary>
/// <remarks>The heart is <see cref="LocalProducts{T}"/>.</remarks>
sealed unsafe class Vector<T> : Kernel<Ops.LocallyConnectedInputGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LocallyConnectedInputGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LocallyConnectedInputGradient op, KernelCase @case) =>
        VectorKernels.Recipe("LocallyConnectedInputGradient.vector");

    protected override bool Supports(Ops.LocallyConnectedInputGradient op, KernelCase @case) =>
        LocalProducts<T>.Fits(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0]);

    protected override KernelWork Prepare(Ops.LocallyConnectedInputGradient op, KernelCase @case) =>
        LocalProducts<T>.InputGradient(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0]);

    protected override void Run(Ops.LocallyConnectedInputGradient op, in KernelCall call) =>
        ((LocalProducts<T>)call.Prepared!).InputGradient((float*)call.Input(0), (float*)call.Input(1), (float*)call.WalkerScratch,
            call.Piece, (float*)call.Output(0));
}
