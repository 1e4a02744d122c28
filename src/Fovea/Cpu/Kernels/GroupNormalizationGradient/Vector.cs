using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GroupNormalizationGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The gradient of group normalisation over channels-last float32 images: statistics; the groups; sums of the gradient in pieces; their
/// tree and the constants; the parameters' gradients over the samples; the image in one pass.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.GroupNormalizationGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"GroupNormalizationGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.GroupNormalizationGradient op, KernelCase @case) =>
        VectorKernels.Recipe("GroupNormalizationGradient.vector");

    protected override bool Supports(Ops.GroupNormalizationGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.GroupNormalizationGradient op, KernelCase @case) =>
        LayoutRule.All(Placement.ChannelsLast, @case);

    // Element by element, and the sums are done before.
    protected override bool WritesOver(Ops.GroupNormalizationGradient op, KernelCase @case, int input, int output) =>
        output == 0 && input is 0 or 2;

    sealed record Plan(GroupNormalizationWork Work, ColumnSums Parameters);

    protected override KernelWork Prepare(Ops.GroupNormalizationGradient op, KernelCase @case)
    {
        var work = new GroupNormalizationWork(@case.Inputs[0], op.Groups);
        var parameters = new ColumnSums(work.Samples, work.Channels, work.SampleFloats);
        // Five lists a sample: mean, deviation, and the three constants.
        long floats = work.SumFloats + 5 * work.Samples * work.ConstantFloats;
        int samples = (int)work.Samples;
        return new([work.SumPieces, samples, work.SumPieces, samples, 2 * parameters.Pieces, work.ApplyPieces], floats * sizeof(float),
            Math.Max(work.WalkerBytes, parameters.WalkerBytes), new Plan(work, parameters));
    }

    protected override void Run(Ops.GroupNormalizationGradient op, in KernelCall call)
    {
        var (work, parameters) = (Plan)call.Prepared!;
        float* x = (float*)call.Input(0), dy = (float*)call.Input(2), sums = (float*)call.Scratch, lists = sums + work.SumFloats,
            walker = (float*)call.WalkerScratch;
        nint list = work.ConstantFloats;
        switch (call.Phase)
        {
            case 0:
                work.StatisticsPiece<T>(x, call.Piece, walker, sums);
                break;
            case 1:
                float* mean = lists + call.Piece * 5 * list;
                work.JoinStatistics<T>(sums, call.Piece, op.Epsilon, mean, mean + list);
                work.Repeat(mean);
                break;
            case 2:
                var sum = work.Sum(call.Piece);
                float* to = sums + sum.Sums;
                BatchNormLoops.GradientSumsPiece<T>(x + sum.At, dy + sum.At, null, sum.Rows, sum.Channels, work.Channels,
                    lists + sum.Sample * 5 * list + sum.Channel, walker, to, to + work.Pitch);
                break;
            case 3:
                float* joined = sums + call.Piece * work.SampleFloats, deviation = lists + call.Piece * 5 * list + list;
                BatchNormLoops.JoinGradientSums<T>(joined, work.SampleFloats / (2 * work.Pitch), work.Channels);
                work.FinishGradient(joined, (float*)call.Input(1), deviation, deviation + list, deviation + 2 * list, deviation + 3 * list);
                for (int i = 1; i < 4; i++) work.Repeat(deviation + i * list);
                break;
            case 4:
                bool scale = call.Piece < parameters.Pieces;
                parameters.Run<T>(scale ? sums + work.Pitch : sums, scale ? call.Piece : call.Piece - parameters.Pieces, walker,
                    (float*)call.Output(scale ? 1 : 2));
                break;
            default:
                var (sample, at, rows) = work.Apply(call.Piece);
                float* means = lists + sample * 5 * list, a = means + 2 * list, b = a + list, k = b + list;
                float* dx = (float*)call.Output(0) + at;
                nint whole = rows / work.Fold, rest = whole * work.Fold * work.Channels;
                BatchNormLoops.ApplyGradient<T>(x + at, dy + at, null, whole, work.Channels * work.Fold, means, a, b, k, null, dx);
                BatchNormLoops.ApplyGradient<T>(x + at + rest, dy + at + rest, null, rows - whole * work.Fold, work.Channels, means, a, b,
                    k, null, dx + rest);
                break;
        }
    }
}
