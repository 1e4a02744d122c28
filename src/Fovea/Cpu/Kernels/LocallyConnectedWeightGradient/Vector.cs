using Fovea.Cpu.Kernels.LocallyConnected;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LocallyConnectedWeightGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The weight gradient of a locally connected layer, row-major float32, with vectors over the places.</summary>
/// <remarks>The heart is <see cref="LocalProducts{T}"/>.</remarks>
sealed unsafe class Vector<T> : Kernel<Ops.LocallyConnectedWeightGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LocallyConnectedWeightGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LocallyConnectedWeightGradient op, KernelCase @case) =>
        VectorKernels.Recipe("LocallyConnectedWeightGradient.vector");

    protected override bool Supports(Ops.LocallyConnectedWeightGradient op, KernelCase @case) =>
        LocalProducts<T>.Fits(op.Geometry, @case.Inputs[0], @case.Outputs[0], @case.Inputs[1]);

    protected override KernelWork Prepare(Ops.LocallyConnectedWeightGradient op, KernelCase @case) =>
        LocalProducts<T>.WeightGradient(op.Geometry, @case.Inputs[0], @case.Outputs[0], @case.Inputs[1]);

    protected override void Run(Ops.LocallyConnectedWeightGradient op, in KernelCall call) =>
        ((LocalProducts<T>)call.Prepared!).WeightGradient((float*)call.Input(0), (float*)call.Input(1), (float*)call.WalkerScratch,
            call.Piece, (float*)call.Output(0));
}
