using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GatherGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Adds float32 slices, such as an embedding's gradients, where their indices say, in the order of the indices: zeros first, then strips
/// of the slices' elements, so that no two pieces meet.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.GatherGradient> where T : unmanaged, IVec<T>
{
    // Elements of a strip: some cache lines.
    const int Strip = 64;

    static readonly string OwnName = $"GatherGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.GatherGradient op, KernelCase @case) => "GatherGradient.vector";

    protected override bool Supports(Ops.GatherGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.GatherGradient op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override KernelWork Prepare(Ops.GatherGradient op, KernelCase @case)
    {
        var (outer, inner) = Sizes(op, @case.Outputs[0]);
        return new([VectorKernels.Pieces(@case.Outputs[0].Count, VectorKernels.Grain), checked((int)Math.Max(1, outer * Strips(inner)))]);
    }

    protected override void Run(Ops.GatherGradient op, in KernelCall call)
    {
        var output = call.Case.Outputs[0];
        float* y = (float*)call.Output(0);
        if (call.Phase == 0)
        {
            nint start = (nint)call.Piece * VectorKernels.Grain;
            ElementwiseLoops.Fill<T>(0f, (nint)Math.Min(VectorKernels.Grain, output.Count - start), y + start);
            return;
        }
        var (outer, inner) = Sizes(op, output);
        nint indices = (nint)call.Case.Inputs[1].Count, size = output.Sizes[op.Axis];
        if (outer * inner == 0) return;
        nint block = call.Piece / Strips(inner), strip = call.Piece % Strips(inner) * Strip, count = Math.Min(Strip, inner - strip);
        float* from = (float*)call.Input(0) + block * indices * inner + strip;
        float* to = y + block * size * inner + strip;
        for (nint i = 0; i < indices; i++, from += inner)
        {
            float* row = to + (nint)GatherBox.Index(call, 1, (int)i, (int)size) * inner;
            ElementwiseLoops.Binary<T, AddBody>(row, from, count, default, row);
        }
    }

    static (nint Outer, nint Inner) Sizes(Ops.GatherGradient op, BoundType output)
    {
        var sizes = output.Sizes.AsSpan();
        return ((nint)new Dims(sizes[..op.Axis]).Product(), (nint)new Dims(sizes[(op.Axis + 1)..]).Product());
    }

    static nint Strips(nint inner) => (inner + Strip - 1) / Strip;
}
