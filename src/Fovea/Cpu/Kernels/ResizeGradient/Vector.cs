using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ResizeGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of a resize, gathered: the passes of a resize with every axis's matrix transposed.</summary>
sealed class Vector<T> : Kernel<Ops.ResizeGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"ResizeGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.ResizeGradient op, KernelCase @case) => VectorKernels.Recipe("ResizeGradient.vector");

    protected override bool Supports(Ops.ResizeGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.ResizeGradient op, KernelCase @case) => ResizePasses<T>.Layouts(@case);

    protected override KernelWork Prepare(Ops.ResizeGradient op, KernelCase @case) =>
        new ResizePasses<T>(ResizeAxes.Transposed(op.Geometry, @case.Outputs[0], @case.Inputs[0]), @case.Inputs[0]).Work;

    protected override void Run(Ops.ResizeGradient op, in KernelCall call) => ((ResizePasses<T>)call.Prepared!).Run(call);
}
