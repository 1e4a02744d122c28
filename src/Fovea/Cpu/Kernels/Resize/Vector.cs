using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Resize;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Resizes float32 images where they lie, an axis after the other, cut into rows of outputs.</summary>
sealed class Vector<T> : Kernel<Ops.Resize> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Resize.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Resize op, KernelCase @case) => VectorKernels.Recipe("Resize.vector");

    protected override bool Supports(Ops.Resize op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.Resize op, KernelCase @case) => ResizePasses<T>.Layouts(@case);

    protected override KernelWork Prepare(Ops.Resize op, KernelCase @case) =>
        new ResizePasses<T>(ResizeAxes.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]), @case.Inputs[0]).Work;

    protected override void Run(Ops.Resize op, in KernelCall call) => ((ResizePasses<T>)call.Prepared!).Run(call);
}
