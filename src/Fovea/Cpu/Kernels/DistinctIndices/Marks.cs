using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.DistinctIndices;

/// <summary>Walks the places backwards and marks the pixels seen, a strip of channels at a time; any layout.</summary>
sealed unsafe class Marks : Kernel<Ops.DistinctIndices>
{
    // Channels that lie side by side: some cache lines of indices.
    const int Strip = 16;

    public override string Name => "DistinctIndices.marks";

    protected override string Recipe(Ops.DistinctIndices op, KernelCase @case) => "DistinctIndices";

    protected override LayoutRule Layouts(Ops.DistinctIndices op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.DistinctIndices op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(Ops.DistinctIndices op, KernelCase @case)
    {
        var channels = new ChannelPlaces(@case.Inputs[0]);
        return new([Math.Max(1, checked(channels.Samples * Strips(channels)))], WalkerScratch: checked(op.Pixels.Value * Width(channels)));
    }

    protected override void Run(Ops.DistinctIndices op, in KernelCall call)
    {
        var places = new ChannelPlaces(call.Case.Inputs[0]);
        if (places.Samples == 0 || places.Channels == 0) return;
        nint width = Width(places), first = call.Piece % Strips(places) * width, count = Math.Min(width, places.Channels - first);
        nint start = call.Piece / Strips(places) * places.Sample + first * places.Channel;
        long* x = (long*)call.Input(0) + start, y = (long*)call.Output(0) + start;
        long pixels = op.Pixels.Value;
        byte* seen = (byte*)call.WalkerScratch;
        new Span<byte>(seen, checked((int)(pixels * width))).Clear();
        for (nint place = places.Count - 1; place >= 0; place--)
            for (nint c = 0; c < count; c++)
            {
                nint at = place * places.Place + c * places.Channel;
                long index = PixelIndex.Check(x[at], pixels);
                if (index >= 0)
                {
                    byte* mark = seen + index * width + c;
                    if (*mark != 0) index = -1;
                    else *mark = 1;
                }
                y[at] = index;
            }
    }

    // Row-major channels lie apart: one at a time.
    static nint Width(ChannelPlaces places) => places.Channel == 1 ? Math.Max(1, Math.Min(Strip, places.Channels)) : 1;

    static int Strips(ChannelPlaces places) => (int)((places.Channels + Width(places) - 1) / Width(places));
}
