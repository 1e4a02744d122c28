using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GroupNormalization;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Group normalisation of channels-last float32 images: statistics of each sample's channels in pieces; their tree, the groups and the
/// constants; the image in one pass.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.GroupNormalization> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"GroupNormalization.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.GroupNormalization op, KernelCase @case) => VectorKernels.Recipe("GroupNormalization.vector");

    protected override bool Supports(Ops.GroupNormalization op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.GroupNormalization op, KernelCase @case) => LayoutRule.All(Placement.ChannelsLast, @case);

    // Element by element, and the statistics are done before.
    protected override bool WritesOver(Ops.GroupNormalization op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.GroupNormalization op, KernelCase @case)
    {
        var work = new GroupNormalizationWork(@case.Inputs[0], op.Groups);
        long floats = work.SumFloats + 3 * work.Samples * work.ConstantFloats;
        return new([work.SumPieces, (int)work.Samples, work.ApplyPieces], floats * sizeof(float), work.WalkerBytes, work);
    }

    protected override void Run(Ops.GroupNormalization op, in KernelCall call)
    {
        var work = (GroupNormalizationWork)call.Prepared!;
        float* x = (float*)call.Input(0), sums = (float*)call.Scratch, constants = sums + work.SumFloats;
        if (call.Phase == 0)
        {
            work.StatisticsPiece<T>(x, call.Piece, (float*)call.WalkerScratch, sums);
            return;
        }
        var (sample, at, rows) = call.Phase == 1 ? (call.Piece, 0, 0) : work.Apply(call.Piece);
        nint list = work.ConstantFloats;
        float* mean = constants + 3 * sample * list, factor = mean + list, shift = factor + list;
        if (call.Phase == 2)
        {
            nint whole = rows / work.Fold, rest = whole * work.Fold * work.Channels;
            float* y = (float*)call.Output(0) + at;
            BatchNormLoops.ApplyCentred<T>(x + at, whole, work.Channels * work.Fold, mean, factor, shift, y);
            BatchNormLoops.ApplyCentred<T>(x + at + rest, rows - whole * work.Fold, work.Channels, mean, factor, shift, y + rest);
            return;
        }
        work.JoinStatistics<T>(sums, sample, op.Epsilon, mean, factor);
        float* scale = (float*)call.Input(1);
        for (nint c = 0; c < work.Channels; c++) factor[c] = scale[c] / factor[c];
        Buffer.MemoryCopy((float*)call.Input(2), shift, work.Channels * sizeof(float), work.Channels * sizeof(float));
        for (int i = 0; i < 3; i++) work.Repeat(mean + i * list);
    }
}
