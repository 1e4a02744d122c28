using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Lstm;

/// <summary>
/// A long short-term memory of float32 sequences: the products of all inputs at once, by <see cref="TiledMatMul{TMicro}"/>; then each
/// block of sequences step by step, the recurrent product as register tiles onto those sums, the gates as vectors.
/// </summary>
sealed unsafe class Direct<TMicro, TVector> : Kernel<Ops.Lstm> where TMicro : struct, IMicroKernel where TVector : unmanaged, IVec<TVector>
{
    sealed record Parts(RecurrentWork Work, long Packed, long Sums);

    public override string Name { get; } = $"Lstm.direct.{TMicro.Name}";

    protected override string Recipe(Ops.Lstm op, KernelCase @case) => VectorKernels.Recipe($"Lstm.{MatMulRecipes.Direct<TMicro>()}");

    protected override bool Supports(Ops.Lstm op, KernelCase @case) => TVector.IsSupported && RecurrentWork.Takes<TMicro>(@case, 0);

    protected override KernelWork Prepare(Ops.Lstm op, KernelCase @case)
    {
        var x = @case.Inputs[0].Sizes;
        int state = @case.Inputs[2].Sizes[1], columns = 4 * state;
        var work = RecurrentWork.Of<TMicro>(x, state, @case.Inputs[1].Sizes);
        long packed = work.Take(RecurrentProduct<TMicro>.PackedFloats(state, columns));
        long sums = op.Keeps ? 0 : work.Take((long)x[0] * x[1] * columns);
        return work.Phases(RecurrentProduct<TMicro>.Panels(columns), new Parts(work, packed, sums));
    }

    protected override void Run(Ops.Lstm op, in KernelCall call)
    {
        var parts = (Parts)call.Prepared!;
        int state = parts.Work.State, columns = 4 * state, panels = RecurrentProduct<TMicro>.Panels(columns);
        float* packed = (float*)call.Scratch + parts.Packed;
        float* sums = op.Keeps ? (float*)call.Output(3) : (float*)call.Scratch + parts.Sums;
        if (call.Phase == 1) Walk(op, call, parts.Work, packed, sums);
        else if (call.Piece < panels)
            RecurrentProduct<TMicro>.Pack((float*)call.Input(2), transposed: true, state, columns, call.Piece, packed);
        else
            TiledMatMul<TMicro>.Run(parts.Work.Projection!, call.Piece - panels, (float*)call.Input(0), (float*)call.Input(1),
                (float*)call.Input(3), (float*)call.WalkerScratch, sums);
    }

    static void Walk(Ops.Lstm op, in KernelCall call, RecurrentWork work, float* packed, float* sums)
    {
        var (from, to) = work.Block(call.Piece);
        nint steps = work.Steps, state = work.State;
        float* y = (float*)call.Output(0), hidden = (float*)call.Output(1), cell = (float*)call.Output(2);
        float* cells = op.Keeps ? (float*)call.Output(4) : null;
        var order = SequenceSteps.Of(call, work.Steps, 6, op.Reverse);
        int longest = 0;
        for (nint n = from; n < to; n++)
        {
            int length = order.Length((int)n);
            longest = Math.Max(longest, length);
            Row((float*)call.Input(4), n, state).CopyTo(Row(hidden, n, state));
            Row((float*)call.Input(5), n, state).CopyTo(Row(cell, n, state));
            nint end = n * steps + length, left = steps - length;
            new Span<float>(y + end * state, (int)(left * state)).Clear();
            if (!op.Keeps) continue;
            new Span<float>(sums + end * 4 * state, (int)(left * 4 * state)).Clear();
            new Span<float>(cells + end * state, (int)(left * state)).Clear();
        }
        float** rows = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        nint* active = stackalloc nint[MicroTile.RowPitch];
        for (int step = 0; step < longest; step++)
        {
            int count = 0;
            for (nint n = from; n < to; n++)
            {
                int length = order.Length((int)n);
                if (step >= length) continue;
                rows[count] = hidden + n * state;
                offsets[count] = (n * steps + order.Place(length, step)) * 4 * state;
                active[count++] = n;
            }
            RecurrentProduct<TMicro>.Run(rows, offsets, count, packed, (int)state, (int)(4 * state), accumulate: true, sums);
            for (int i = 0; i < count; i++)
            {
                nint place = offsets[i] / 4, n = active[i] * state;
                RecurrentLoops.Lstm<TVector>(sums + offsets[i], state, cell + n, hidden + n, y + place, op.Keeps ? cells + place : null);
            }
        }
    }

    static Span<float> Row(float* values, nint n, nint length) => new(values + n * length, (int)length);
}
