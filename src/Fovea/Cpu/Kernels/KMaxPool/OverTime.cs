using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.KMaxPool;

/// <summary>The kernels over channels, widest first.</summary>
static class OverTime
{
    public static Kernel[] All { get; } = [new OverTime<V512>(), new OverTime<V256>(), new OverTime<V128>()];
}

/// <summary>The one largest over time of channels-last float32 sequences, a vector of channels at a time.</summary>
sealed unsafe class OverTime<T> : Kernel<Ops.KMaxPool> where T : unmanaged, IVec<T>
{
    const int Strip = 64;

    static readonly string OwnName = $"KMaxPool.time.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.KMaxPool op, KernelCase @case) => "KMaxPool";

    protected override bool Supports(Ops.KMaxPool op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Outputs[0].Sizes[2] == 1;

    protected override LayoutRule Layouts(Ops.KMaxPool op, KernelCase @case) => new(
        [Placement.ChannelsLast, .. Enumerable.Repeat(Placement.RowMajor, @case.Inputs.Length - 1)],
        [Placement.ChannelsLast, Placement.ChannelsLast]);

    protected override KernelWork Prepare(Ops.KMaxPool op, KernelCase @case)
    {
        var sizes = @case.Inputs[0].Sizes;
        return new([Math.Max(1, checked(sizes[0] * Strips(sizes[1])))]);
    }

    protected override void Run(Ops.KMaxPool op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        nint channels = sizes[1], size = sizes[2];
        if (sizes[0] == 0 || channels == 0) return;
        nint sample = call.Piece / Strips(sizes[1]), channel = call.Piece % Strips(sizes[1]) * Strip;
        int length = SampleLengths.Read(call, 1, (int)sample, sizes[2]);
        nint at = sample * channels + channel;
        KMaxLoops.OverTime<T>((float*)call.Input(0) + sample * size * channels + channel, length, channels,
            Math.Min(Strip, channels - channel), (float*)call.Output(0) + at, (long*)call.Output(1) + at);
    }

    static int Strips(int channels) => (channels + Strip - 1) / Strip;
}
