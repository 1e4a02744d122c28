using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrfLogLikelihoodGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Gradients of log-likelihoods; sequences fall into fixed parts, whose sums are added in order.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CrfLogLikelihoodGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CrfLogLikelihoodGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CrfLogLikelihoodGradient op, KernelCase @case) =>
        VectorKernels.Recipe("CrfLogLikelihoodGradient.vector");

    protected override bool Supports(Ops.CrfLogLikelihoodGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Sizes[1] > 0;

    // Parts are a matter of the batch alone, so the sums over sequences have the same bits on any number of threads.
    const int MostParts = 16;

    protected override LayoutRule Layouts(Ops.CrfLogLikelihoodGradient op, KernelCase @case) => new(
        [.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)],
        [.. @case.Outputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)]);

    protected override KernelWork Prepare(Ops.CrfLogLikelihoodGradient op, KernelCase @case)
    {
        var sizes = @case.Inputs[0].Sizes;
        int parts = Parts(sizes);
        return new([parts, 1], parts * SumFloats(sizes) * sizeof(float),
            (long)CrfLoops.GradientFloats(sizes[2], sizes[1]) * sizeof(float));
    }

    static int Parts(Dims sizes) => Math.Clamp(sizes[0], 1, MostParts);

    /// <summary>Transitions, start and end.</summary>
    static long SumFloats(Dims sizes) => (long)sizes[1] * (sizes[1] + 2);

    protected override void Run(Ops.CrfLogLikelihoodGradient op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        nint floats = (nint)SumFloats(sizes);
        int parts = Parts(sizes);
        float* scratch = (float*)call.Scratch;
        if (call.Phase == 0)
        {
            float* sums = scratch + call.Piece * floats;
            ElementwiseLoops.Fill<T>(0f, floats, sums);
            int first = (int)((long)sizes[0] * call.Piece / parts), end = (int)((long)sizes[0] * (call.Piece + 1) / parts);
            for (int sequence = first; sequence < end; sequence++) Sequence(call, sizes, sequence, sums);
            return;
        }
        // Transitions, start and end lie one behind the other.
        nint count = sizes[1], square = count * count;
        Join((float*)call.Output(1), scratch, square);
        Join((float*)call.Output(2), scratch + square, count);
        Join((float*)call.Output(3), scratch + square + count, count);

        void Join(float* y, float* x, nint length)
        {
            for (nint i = 0; i < length; i += T.Count)
            {
                nint n = Math.Min(length - i, T.Count);
                var sum = T.Load(x + i, n, 0f);
                for (int part = 1; part < parts; part++) sum += T.Load(x + part * floats + i, n, 0f);
                T.Store(sum, y + i, n);
            }
        }
    }

    static void Sequence(in KernelCall call, Dims sizes, int sequence, float* sums)
    {
        nint count = sizes[1], whole = count * sizes[2];
        int length = CrfSequence.Length(call.Source<long>(2), sequence, sizes[2]);
        _ = CrfSequence.Tags(call.Source<long>(1), sequence, sizes[2], length, sizes[1]);
        var chain = new CrfChain(count, (float*)call.Input(3), (float*)call.Input(4), (float*)call.Input(5));
        float* target = (float*)call.Output(0) + sequence * whole;
        if (length > 0)
            CrfLoops.Gradient<T>(chain, (float*)call.Input(0) + sequence * whole, length, (long*)call.Input(1) + (nint)sequence * sizes[2],
                ((float*)call.Input(6))[sequence], (float*)call.WalkerScratch, target, sums);
        ElementwiseLoops.Fill<T>(0f, whole - length * count, target + length * count);
    }
}
