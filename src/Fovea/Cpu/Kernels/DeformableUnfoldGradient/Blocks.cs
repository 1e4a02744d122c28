using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Kernels.DeformableUnfold;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.DeformableUnfoldGradient;

/// <summary>
/// The gradients of deformable im2col, in blocks of places: corners are found once for all channels of an offset group. Pieces are the
/// offset groups of every image: no two of them write one pixel.
/// </summary>
sealed unsafe class Blocks : Kernel<Ops.DeformableUnfoldGradient>
{
    public override string Name => "DeformableUnfoldGradient.blocks";

    protected override bool Supports(Ops.DeformableUnfoldGradient op, KernelCase @case) =>
        @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Inputs[^1].Count > 0
            && (long)@case.Inputs[0].Sizes[2] * @case.Inputs[0].Sizes[3] <= int.MaxValue;

    protected override KernelWork Prepare(Ops.DeformableUnfoldGradient op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, op.Kernel, @case.Inputs[0].Sizes);
        return new([checked(sizes.Images * op.OffsetGroups)], WalkerScratch: CornerTable.Bytes, Prepared: sizes);
    }

    protected override void Run(Ops.DeformableUnfoldGradient op, in KernelCall call)
    {
        var sizes = (ConvolutionSizes)call.Prepared!;
        bool masked = call.Case.Inputs.Length == 4;
        nint taps = sizes.Kernel.Count, places = sizes.Output.Count, pixels = sizes.Input.Count;
        nint channels = sizes.InputChannels / op.OffsetGroups, first = call.Piece * channels;
        float* x = (float*)call.Input(0) + first * pixels, dx = (float*)call.Output(0) + first * pixels;
        new Span<float>(dx, checked((int)(channels * pixels))).Clear();
        var table = new CornerTable((byte*)call.WalkerScratch);
        for (nint tap = 0; tap < taps; tap++)
        {
            nint row = call.Piece * taps + tap;
            float* offsets = (float*)call.Input(1) + 2 * row * places, gradients = (float*)call.Output(1) + 2 * row * places;
            float* columns = (float*)call.Input(masked ? 3 : 2) + (first * taps + tap) * places;
            for (nint place = 0; place < places; place += CornerTable.Places)
            {
                int count = (int)Math.Min(CornerTable.Places, places - place);
                float* vertical = gradients + place, horizontal = vertical + places;
                table.Fill(sizes, (int)tap, (int)place, count, offsets + place, offsets + places + place);
                new Span<float>(vertical, count).Clear();
                new Span<float>(horizontal, count).Clear();
                float* mask = masked ? (float*)call.Input(2) + row * places + place : null;
                float* masks = masked ? (float*)call.Output(2) + row * places + place : null;
                if (masked) new Span<float>(masks, count).Clear();
                for (nint c = 0; c < channels; c++)
                    Spread(x + c * pixels, columns + c * taps * places + place, table, mask, count, dx + c * pixels, vertical, horizontal,
                        masks);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Spread(float* x, float* columns, CornerTable table, float* mask, int count, float* dx, float* vertical, float* horizontal,
        float* masks)
    {
        int* p0 = table.Pixels(0), p1 = table.Pixels(1), p2 = table.Pixels(2), p3 = table.Pixels(3);
        float* w0 = table.Weights(0), w1 = table.Weights(1), w2 = table.Weights(2), w3 = table.Weights(3);
        float* i0 = table.Inside(0), i1 = table.Inside(1), i2 = table.Inside(2), i3 = table.Inside(3);
        float* down = table.Down, right = table.Right;
        for (int i = 0; i < count; i++)
        {
            float dy = columns[i], part = mask == null ? dy : dy * mask[i];
            // Outside the image a corner is zero, and its place in the table belongs to another pixel.
            float x0 = i0[i] * x[p0[i]], x1 = i1[i] * x[p1[i]], x2 = i2[i] * x[p2[i]], x3 = i3[i] * x[p3[i]];
            dx[p0[i]] += w0[i] * part;
            dx[p1[i]] += w1[i] * part;
            dx[p2[i]] += w2[i] * part;
            dx[p3[i]] += w3[i] * part;
            vertical[i] += ((x2 - x0) * (1 - right[i]) + (x3 - x1) * right[i]) * part;
            horizontal[i] += ((x1 - x0) * (1 - down[i]) + (x3 - x2) * down[i]) * part;
            if (masks != null) masks[i] += (w0[i] * x0 + w1[i] * x1 + w2[i] * x2 + w3[i] * x3) * dy;
        }
    }
}
