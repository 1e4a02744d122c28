using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.BatchNormalization;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Normalisation of channels-last float32 images with given statistics: the constants, then one multiply-add an element.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.BatchNormalization> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"BatchNormalization.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.BatchNormalization op, KernelCase @case) => VectorKernels.Recipe("BatchNormalization.vector");

    protected override bool Supports(Ops.BatchNormalization op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.BatchNormalization op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    protected override bool WritesOver(Ops.BatchNormalization op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.BatchNormalization op, KernelCase @case)
    {
        var work = new BatchNormalizationWork(@case.Inputs[0]);
        return new([1, work.ApplyPieces], 2 * work.ConstantFloats * sizeof(float), Prepared: work);
    }

    protected override void Run(Ops.BatchNormalization op, in KernelCall call)
    {
        var work = (BatchNormalizationWork)call.Prepared!;
        float* factor = (float*)call.Scratch, offset = factor + work.ConstantFloats;
        if (call.Phase == 0)
        {
            BatchNormLoops.Finish((float*)call.Input(3), (float*)call.Input(4), work.Channels, op.Epsilon, (float*)call.Input(1),
                (float*)call.Input(2), factor, offset);
            work.Repeat(factor);
            work.Repeat(offset);
            return;
        }
        var (row, rows) = work.Apply(call.Piece);
        BatchNormLoops.ApplyFolded<T, CopyBody>((float*)call.Input(0) + row * work.Channels, rows, work.Channels, work.Fold, factor, offset,
            default, (float*)call.Output(0) + row * work.Channels);
    }
}
