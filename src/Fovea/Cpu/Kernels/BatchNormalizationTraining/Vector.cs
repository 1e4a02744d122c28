using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.BatchNormalizationTraining;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Batch normalisation in training over channels-last float32 images: statistics of pieces; their tree and the constants; the image in one
/// pass.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.BatchNormalizationTraining> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"BatchNormalizationTraining.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.BatchNormalizationTraining op, KernelCase @case) =>
        VectorKernels.Recipe("BatchNormalizationTraining.vector");

    protected override bool Supports(Ops.BatchNormalizationTraining op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.BatchNormalizationTraining op, KernelCase @case) =>
        LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.BatchNormalizationTraining op, KernelCase @case)
    {
        var work = new BatchNormalizationWork(@case.Inputs[0]);
        long scratch = (work.SumFloats + 2 * work.ConstantFloats) * sizeof(float);
        return new([work.SumPieces, 1, work.ApplyPieces], scratch, work.WalkerBytes, work);
    }

    protected override void Run(Ops.BatchNormalizationTraining op, in KernelCall call)
    {
        var work = (BatchNormalizationWork)call.Prepared!;
        float* x = (float*)call.Input(0), sums = (float*)call.Scratch, factor = sums + work.SumFloats,
            offset = factor + work.ConstantFloats;
        switch (call.Phase)
        {
            case 0:
                var sum = work.Sum(call.Piece);
                float* mean = sums + sum.Cut * 2 * work.Pitch + sum.Channel;
                BatchNormLoops.StatisticsPiece<T>(x + sum.Row * work.Channels + sum.Channel, sum.Rows, sum.Channels, work.Channels,
                    (float*)call.WalkerScratch, mean, mean + work.Pitch);
                break;
            case 1:
                float* batchMean = (float*)call.Output(1), variance = (float*)call.Output(2);
                BatchNormLoops.JoinStatistics<T>(sums, work.Cuts, work.Rows, work.Channels);
                Buffer.MemoryCopy(sums, batchMean, work.Channels * sizeof(float), work.Channels * sizeof(float));
                BatchNormLoops.Variance(sums + work.Pitch, work.Rows, work.Channels, variance);
                BatchNormLoops.Finish(batchMean, variance, work.Channels, op.Epsilon, (float*)call.Input(1), (float*)call.Input(2), factor,
                    offset);
                work.Repeat(factor);
                work.Repeat(offset);
                break;
            default:
                var (row, rows) = work.Apply(call.Piece);
                BatchNormLoops.ApplyFolded<T, CopyBody>(x + row * work.Channels, rows, work.Channels, work.Fold, factor, offset, default,
                    (float*)call.Output(0) + row * work.Channels);
                break;
        }
    }
}
