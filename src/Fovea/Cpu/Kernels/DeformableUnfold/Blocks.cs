using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.DeformableUnfold;

/// <summary>
/// Deformable im2col of row-major float32 images, in blocks of places: corners are found once for all channels of an offset group.
/// </summary>
/// <remarks>The four pixels of a place lie anywhere: they are loaded one by one, which is what the time goes into.</remarks>
sealed unsafe class Blocks : Kernel<Ops.DeformableUnfold>
{
    public override string Name => "DeformableUnfold.blocks";

    protected override bool Supports(Ops.DeformableUnfold op, KernelCase @case) =>
        @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Outputs[0].Count > 0
            && (long)@case.Inputs[0].Sizes[2] * @case.Inputs[0].Sizes[3] <= int.MaxValue;

    protected override KernelWork Prepare(Ops.DeformableUnfold op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, op.Kernel, @case.Inputs[0].Sizes);
        return new([checked(sizes.Images * op.OffsetGroups * sizes.Kernel.Count)], WalkerScratch: CornerTable.Bytes, Prepared: sizes);
    }

    protected override void Run(Ops.DeformableUnfold op, in KernelCall call)
    {
        var sizes = (ConvolutionSizes)call.Prepared!;
        nint taps = sizes.Kernel.Count, places = sizes.Output.Count, pixels = sizes.Input.Count;
        nint channels = sizes.InputChannels / op.OffsetGroups, tap = call.Piece % taps, first = call.Piece / taps * channels;
        float* x = (float*)call.Input(0) + first * pixels, offsets = (float*)call.Input(1) + 2 * call.Piece * places;
        float* mask = call.Case.Inputs.Length == 3 ? (float*)call.Input(2) + call.Piece * places : null;
        float* columns = (float*)call.Output(0) + (first * taps + tap) * places;
        var table = new CornerTable((byte*)call.WalkerScratch);
        for (nint place = 0; place < places; place += CornerTable.Places)
        {
            int count = (int)Math.Min(CornerTable.Places, places - place);
            table.Fill(sizes, (int)tap, (int)place, count, offsets + place, offsets + places + place);
            for (nint c = 0; c < channels; c++)
                Read(x + c * pixels, table, mask == null ? null : mask + place, count, columns + c * taps * places + place);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Read(float* x, CornerTable table, float* mask, int count, float* to)
    {
        int* p0 = table.Pixels(0), p1 = table.Pixels(1), p2 = table.Pixels(2), p3 = table.Pixels(3);
        float* w0 = table.Weights(0), w1 = table.Weights(1), w2 = table.Weights(2), w3 = table.Weights(3);
        for (int i = 0; i < count; i++)
        {
            float value = w0[i] * x[p0[i]] + w1[i] * x[p1[i]] + w2[i] * x[p2[i]] + w3[i] * x[p3[i]];
            to[i] = mask == null ? value : value * mask[i];
        }
    }
}
