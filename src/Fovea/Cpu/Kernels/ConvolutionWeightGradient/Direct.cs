using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>The direct weight gradient of one instruction set: any stride, dilation, padding and groups, one to three axes.</summary>
sealed unsafe class Direct<TKernel> : Kernel<Ops.ConvolutionWeightGradient> where TKernel : struct, IOuterProduct
{
    static readonly string OwnName = $"{nameof(ConvolutionWeightGradient)}.direct.{TKernel.Name}";

    /// <inheritdoc/>
    public override string Name => OwnName;

    /// <inheritdoc/>
    protected override string Recipe(Ops.ConvolutionWeightGradient op, KernelCase @case) =>
        WeightGradientSchedule.Recipe(WeightGradientSizes.Of(op, @case), TKernel.RoundsProducts);

    /// <inheritdoc/>
    protected override bool Supports(Ops.ConvolutionWeightGradient op, KernelCase @case) =>
        TKernel.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    /// <inheritdoc/>
    protected override LayoutRule Layouts(Ops.ConvolutionWeightGradient op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.ChannelsLast], [Placement.RowMajor]);

    /// <inheritdoc/>
    protected override KernelWork Prepare(Ops.ConvolutionWeightGradient op, KernelCase @case)
    {
        var schedule = new WeightGradientSchedule(WeightGradientSizes.Of(op, @case));
        int[] pieces = schedule.JoinPieces == 0 ? [schedule.SumPieces] : [schedule.SumPieces, schedule.JoinPieces];
        return new(pieces, schedule.RunScratch, schedule.WalkerScratch.Bytes, schedule);
    }

    /// <inheritdoc/>
    protected override void Run(Ops.ConvolutionWeightGradient op, in KernelCall call)
    {
        var schedule = (WeightGradientSchedule)call.Prepared!;
        float* scratch = (float*)call.Scratch, weights = (float*)call.Output(0);
        if (call.Phase == 1)
        {
            DirectWeightGradient<TKernel>.Join(schedule, call.Piece, scratch, weights);
            return;
        }
        DirectWeightGradient<TKernel>.Sum(schedule, call.Piece, (float*)call.Input(0), (float*)call.Input(1), scratch,
            (byte*)call.WalkerScratch, weights);
    }
}
