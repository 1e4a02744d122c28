using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Cast;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Truth values to float32 and back: what masks need.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.Cast> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Cast.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Cast op, KernelCase @case) => "Cast.vector";

    protected override bool Supports(Ops.Cast op, KernelCase @case) => T.IsSupported
        && (@case.Inputs[0].Element, @case.Outputs[0].Element) is (ElementType.Bool, ElementType.Float32)
            or (ElementType.Float32, ElementType.Bool);

    protected override LayoutRule Layouts(Ops.Cast op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.Cast op, KernelCase @case) => new([VectorKernels.Pieces(@case.Outputs[0].Count)]);

    protected override void Run(Ops.Cast op, in KernelCall call)
    {
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint count = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        if (op.To == ElementType.Float32)
            ElementwiseLoops.BytesToFloats<T>((byte*)call.Input(0) + start, count, (float*)call.Output(0) + start);
        else ElementwiseLoops.FloatsToBytes<T>((float*)call.Input(0) + start, count, (byte*)call.Output(0) + start);
    }
}
