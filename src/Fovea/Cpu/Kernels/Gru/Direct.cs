using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Gru;

/// <summary>
/// A gated recurrent unit of float32 sequences: the products of all inputs at once, by <see cref="TiledMatMul{TMicro}"/>; then each block
/// of sequences step by step, the recurrent product as register tiles, the gates as vectors.
/// </summary>
sealed unsafe class Direct<TMicro, TVector> : Kernel<Ops.Gru> where TMicro : struct, IMicroKernel where TVector : unmanaged, IVec<TVector>
{
    /// <summary>Where the scratch's parts lie: the packed weights of reset and update, and of new; the sums; reset · h.</summary>
    sealed record Parts(RecurrentWork Work, long Gates, long New, long InputSums, long StateSums, long ResetHidden);

    public override string Name { get; } = $"Gru.direct.{TMicro.Name}";

    protected override string Recipe(Ops.Gru op, KernelCase @case) => VectorKernels.Recipe($"Gru.{MatMulRecipes.Direct<TMicro>()}");

    protected override bool Supports(Ops.Gru op, KernelCase @case) => TVector.IsSupported && RecurrentWork.Takes<TMicro>(@case, 0);

    protected override KernelWork Prepare(Ops.Gru op, KernelCase @case)
    {
        var x = @case.Inputs[0].Sizes;
        int state = @case.Inputs[2].Sizes[1];
        var work = RecurrentWork.Of<TMicro>(x, state, @case.Inputs[1].Sizes);
        var parts = new Parts(work, work.Take(RecurrentProduct<TMicro>.PackedFloats(state, 2 * state)),
            work.Take(RecurrentProduct<TMicro>.PackedFloats(state, state)), work.Take((long)x[0] * x[1] * 3 * state),
            work.Take((long)x[0] * 3 * state), work.Take(op.LinearBeforeReset ? 0 : (long)x[0] * state));
        return work.Phases(RecurrentProduct<TMicro>.Panels(2 * state) + RecurrentProduct<TMicro>.Panels(state), parts);
    }

    protected override void Run(Ops.Gru op, in KernelCall call)
    {
        var parts = (Parts)call.Prepared!;
        float* scratch = (float*)call.Scratch, recurrent = (float*)call.Input(2);
        int state = parts.Work.State, first = RecurrentProduct<TMicro>.Panels(2 * state);
        int panels = first + RecurrentProduct<TMicro>.Panels(state);
        if (call.Phase == 1) Walk(op, call, parts);
        else if (call.Piece < first)
            RecurrentProduct<TMicro>.Pack(recurrent, transposed: true, state, 2 * state, call.Piece, scratch + parts.Gates);
        else if (call.Piece < panels)
            RecurrentProduct<TMicro>.Pack(recurrent + 2L * state * state, transposed: true, state, state, call.Piece - first,
                scratch + parts.New);
        else
            TiledMatMul<TMicro>.Run(parts.Work.Projection!, call.Piece - panels, (float*)call.Input(0), (float*)call.Input(1),
                (float*)call.Input(3), (float*)call.WalkerScratch, scratch + parts.InputSums);
    }

    static void Walk(Ops.Gru op, in KernelCall call, Parts parts)
    {
        var work = parts.Work;
        var (from, to) = work.Block(call.Piece);
        nint steps = work.Steps, state = work.State;
        float* scratch = (float*)call.Scratch, a = scratch + parts.InputSums, s = scratch + parts.StateSums;
        float* resetHidden = op.LinearBeforeReset ? null : scratch + parts.ResetHidden;
        float* y = (float*)call.Output(0), hidden = (float*)call.Output(1), kept = op.Keeps ? (float*)call.Output(2) : null;
        var bias = new Span<float>((float*)call.Input(4), (int)(3 * state));
        var order = SequenceSteps.Of(call, work.Steps, 6, op.Reverse);
        int longest = 0;
        for (nint n = from; n < to; n++)
        {
            int length = order.Length((int)n);
            longest = Math.Max(longest, length);
            new Span<float>((float*)call.Input(5) + n * state, (int)state).CopyTo(new(hidden + n * state, (int)state));
            nint end = n * steps + length, left = steps - length;
            new Span<float>(y + end * state, (int)(left * state)).Clear();
            if (kept != null) new Span<float>(kept + end * 4 * state, (int)(left * 4 * state)).Clear();
        }
        float** rows = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        nint* active = stackalloc nint[MicroTile.RowPitch];
        for (int step = 0; step < longest; step++)
        {
            int count = 0;
            for (nint n = from; n < to; n++)
            {
                if (step >= order.Length((int)n)) continue;
                rows[count] = hidden + n * state;
                offsets[count] = n * 3 * state;
                active[count++] = n;
                bias.CopyTo(new(s + n * 3 * state, (int)(3 * state)));
            }
            Product(rows, offsets, count, scratch + parts.Gates, (int)(2 * state), s);
            if (resetHidden != null)
                for (int i = 0; i < count; i++)
                {
                    nint n = active[i];
                    RecurrentLoops.GruReset<TVector>(a + Place(n) * 3 * state, s + offsets[i], state, hidden + n * state,
                        resetHidden + n * state);
                    rows[i] = resetHidden + n * state;
                }
            Product(rows, offsets, count, scratch + parts.New, (int)state, s + 2 * state);
            for (int i = 0; i < count; i++)
            {
                nint n = active[i], place = Place(n);
                RecurrentLoops.Gru<TVector>(a + place * 3 * state, s + offsets[i], state,
                    resetHidden == null ? null : resetHidden + n * state, hidden + n * state, y + place * state,
                    kept == null ? null : kept + place * 4 * state);
            }

            nint Place(nint n) => n * steps + order.Place(order.Length((int)n), step);
        }

        void Product(float** rows, nint* offsets, int count, float* packed, int columns, float* output) =>
            RecurrentProduct<TMicro>.Run(rows, offsets, count, packed, work.State, columns, accumulate: true, output);
    }
}
