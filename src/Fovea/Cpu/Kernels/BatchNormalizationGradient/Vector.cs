using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.BatchNormalizationGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The gradient of batch normalisation over channels-last float32 images: sums of pieces; their tree and the constants; one pass.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.BatchNormalizationGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"BatchNormalizationGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.BatchNormalizationGradient op, KernelCase @case) =>
        VectorKernels.Recipe("BatchNormalizationGradient.vector");

    protected override bool Supports(Ops.BatchNormalizationGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.BatchNormalizationGradient op, KernelCase @case) =>
        LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.BatchNormalizationGradient op, KernelCase @case)
    {
        var work = new BatchNormalizationWork(@case.Inputs[0]);
        long scratch = (work.SumFloats + 4 * work.ConstantFloats) * sizeof(float);
        return new([work.SumPieces, 1, work.ApplyPieces], scratch, work.WalkerBytes, work);
    }

    // Element by element, and the sums are done before.
    protected override bool WritesOver(Ops.BatchNormalizationGradient op, KernelCase @case, int input, int output) =>
        output == 0 && input is 0 or 4;

    protected override void Run(Ops.BatchNormalizationGradient op, in KernelCall call)
    {
        var work = (BatchNormalizationWork)call.Prepared!;
        float* x = (float*)call.Input(0), mean = (float*)call.Input(2), dy = (float*)call.Input(4), sums = (float*)call.Scratch;
        float* a = sums + work.SumFloats, b = a + work.ConstantFloats, k = b + work.ConstantFloats, means = k + work.ConstantFloats;
        switch (call.Phase)
        {
            case 0:
                var sum = work.Sum(call.Piece);
                nint at = sum.Row * work.Channels + sum.Channel;
                float* to = sums + sum.Cut * 2 * work.Pitch + sum.Channel;
                BatchNormLoops.GradientSumsPiece<T>(x + at, dy + at, null, sum.Rows, sum.Channels, work.Channels, mean + sum.Channel,
                    (float*)call.WalkerScratch, to, to + work.Pitch);
                break;
            case 1:
                BatchNormLoops.JoinGradientSums<T>(sums, work.Cuts, work.Channels);
                BatchNormLoops.FinishGradient(sums, sums + work.Pitch, (float*)call.Input(1), (float*)call.Input(3), op.Epsilon, work.Rows,
                    work.Channels, a, b, k, (float*)call.Output(1), (float*)call.Output(2));
                Buffer.MemoryCopy(mean, means, work.Channels * sizeof(float), work.Channels * sizeof(float));
                work.Repeat(a);
                work.Repeat(b);
                work.Repeat(k);
                work.Repeat(means);
                break;
            default:
                var (row, rows) = work.Apply(call.Piece);
                nint start = row * work.Channels, whole = rows / work.Fold, rest = whole * work.Fold * work.Channels;
                float* dx = (float*)call.Output(0) + start;
                BatchNormLoops.ApplyGradient<T>(x + start, dy + start, null, whole, work.Channels * work.Fold, means, a, b, k, null, dx);
                BatchNormLoops.ApplyGradient<T>(x + start + rest, dy + start + rest, null, rows - whole * work.Fold, work.Channels, means,
                    a, b, k, null, dx + rest);
                break;
        }
    }
}
