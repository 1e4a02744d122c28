using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A range of a random value, in the terms of <see cref="Philox"/>.</summary>
readonly record struct RandomRange(PhiloxStream Stream, long Step, long FirstSample, long SampleLength, long Offset);

/// <summary>
/// Draws random numbers. How a value is cut changes no bit, for Philox numbers every element: the plain kernel draws in one piece and block
/// by block, the other in pieces and at the machine's full width, with equal bits.
/// </summary>
/// <typeparam name="TOp">The distribution.</typeparam>
/// <param name="plain">Whether it is the reference kernel.</param>
abstract class RandomKernel<TOp>(bool plain) : Kernel<TOp> where TOp : RandomOp
{
    const int PieceLength = 1 << 14;

    readonly string _name = typeof(TOp).Name + (plain ? ".naive" : ".philox");

    public sealed override string Name => _name;

    /// <summary>Whether it draws block by block.</summary>
    protected bool Plain => plain;

    // One recipe: both kernels give the same bits.
    protected sealed override string Recipe(TOp op, KernelCase @case) => typeof(TOp).Name + ".philox";

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case) =>
        plain ? KernelWork.Single : new([(int)((@case.Outputs[0].Count + PieceLength - 1) / PieceLength)]);

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        var y = call.Target<float>(0);
        var counter = call.Source<long>(0);
        Dims sizes = call.Case.Outputs[0].Sizes;
        long sampleLength = sizes.Count < 2 ? 1 : new Dims(sizes.AsSpan()[1..]).Product();
        if (y.IsEmpty) return;
        int start = call.Piece * PieceLength, count = plain ? y.Length : Math.Min(PieceLength, y.Length - start);
        Fill(op, y.Slice(start, count), new(PhiloxStream.Of(op.Seed, op.Stream), counter[0], counter[1], sampleLength, start));
    }

    protected abstract void Fill(TOp op, Span<float> destination, RandomRange range);

    /// <summary>Fills block by block, in plain C#.</summary>
    protected static void FillPlainly<TTransform>(Span<float> destination, RandomRange range, TTransform transform)
        where TTransform : struct, IPhiloxTransform =>
        Philox.Fill<TTransform, PhiloxBlock1>(System.Runtime.InteropServices.MemoryMarshal.Cast<float, uint>(destination),
            range.Stream, range.Step, range.FirstSample, range.SampleLength, range.Offset, transform);
}
