using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.GruGradient;

/// <summary>The gradient of a gated recurrent unit through time, of float32 sequences: blocks of them walk back step by step.</summary>
sealed unsafe class Direct<TMicro, TVector> : Kernel<Ops.GruGradient>
    where TMicro : struct, IMicroKernel where TVector : unmanaged, IVec<TVector>
{
    /// <summary>Where the scratch's parts lie: the packed weights of reset and update, and of new; the gradient of reset · h.</summary>
    sealed record Parts(RecurrentWork Work, long Gates, long New, long GradResetHidden);

    public override string Name { get; } = $"GruGradient.direct.{TMicro.Name}";

    protected override string Recipe(Ops.GruGradient op, KernelCase @case) =>
        VectorKernels.Recipe($"GruGradient.{MatMulRecipes.Direct<TMicro>()}");

    protected override bool Supports(Ops.GruGradient op, KernelCase @case) =>
        TVector.IsSupported && RecurrentWork.Takes<TMicro>(@case, 2);

    protected override KernelWork Prepare(Ops.GruGradient op, KernelCase @case)
    {
        var y = @case.Inputs[2].Sizes;
        int state = y[2];
        var work = RecurrentWork.Of<TMicro>(y, state);
        var parts = new Parts(work, work.Take(RecurrentProduct<TMicro>.PackedFloats(2 * state, state)),
            work.Take(RecurrentProduct<TMicro>.PackedFloats(state, state)), work.Take(op.LinearBeforeReset ? 0 : (long)y[0] * state));
        return work.Phases(2 * RecurrentProduct<TMicro>.Panels(state), parts);
    }

    protected override void Run(Ops.GruGradient op, in KernelCall call)
    {
        var parts = (Parts)call.Prepared!;
        float* scratch = (float*)call.Scratch, recurrent = (float*)call.Input(0);
        int state = parts.Work.State, panels = RecurrentProduct<TMicro>.Panels(state);
        if (call.Phase == 1) Walk(op, call, parts);
        else if (call.Piece < panels)
            RecurrentProduct<TMicro>.Pack(recurrent, transposed: false, 2 * state, state, call.Piece, scratch + parts.Gates);
        else
            RecurrentProduct<TMicro>.Pack(recurrent + 2L * state * state, transposed: false, state, state, call.Piece - panels,
                scratch + parts.New);
    }

    static void Walk(Ops.GruGradient op, in KernelCall call, Parts parts)
    {
        var work = parts.Work;
        var (from, to) = work.Block(call.Piece);
        nint steps = work.Steps, state = work.State;
        float* first = (float*)call.Input(1), y = (float*)call.Input(2), kept = (float*)call.Input(3), gradY = (float*)call.Input(4);
        float* gradA = (float*)call.Output(0), gradS = (float*)call.Output(1), previous = (float*)call.Output(2);
        float* gradHidden = (float*)call.Output(3), scratch = (float*)call.Scratch, gradResetHidden = scratch + parts.GradResetHidden;
        var order = SequenceSteps.Of(call, work.Steps, 6, op.Reverse);
        int longest = 0;
        for (nint n = from; n < to; n++)
        {
            int length = order.Length((int)n);
            longest = Math.Max(longest, length);
            new Span<float>((float*)call.Input(5) + n * state, (int)state).CopyTo(new(gradHidden + n * state, (int)state));
            nint end = n * steps + length, left = steps - length;
            new Span<float>(gradA + end * 3 * state, (int)(left * 3 * state)).Clear();
            new Span<float>(gradS + end * 3 * state, (int)(left * 3 * state)).Clear();
            new Span<float>(previous + end * state, (int)(left * state)).Clear();
        }
        float** rows = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        nint* places = stackalloc nint[MicroTile.RowPitch];
        for (int step = longest - 1; step >= 0; step--)
        {
            int count = 0;
            for (nint n = from; n < to; n++)
            {
                int length = order.Length((int)n);
                if (step >= length) continue;
                nint at = n * steps + order.Place(length, step);
                float* h = step > 0 ? y + (n * steps + order.Place(length, step - 1)) * state : first + n * state;
                new Span<float>(h, (int)state).CopyTo(new(previous + at * state, (int)state));
                RecurrentLoops.GruGradient<TVector>(kept + at * 4 * state, state, h, gradY + at * state, gradHidden + n * state,
                    op.LinearBeforeReset, gradA + at * 3 * state, gradS + at * 3 * state);
                rows[count] = gradS + (at * 3 + 2) * state;
                offsets[count] = n * state;
                places[count++] = at;
            }
            RecurrentProduct<TMicro>.Run(rows, offsets, count, scratch + parts.New, work.State, work.State,
                accumulate: op.LinearBeforeReset, op.LinearBeforeReset ? gradHidden : gradResetHidden);
            for (int i = 0; i < count; i++)
            {
                nint at = places[i];
                rows[i] = gradS + at * 3 * state;
                if (op.LinearBeforeReset) continue;
                RecurrentLoops.GruResetGradient<TVector>(kept + at * 4 * state, state, previous + at * state, gradResetHidden + offsets[i],
                    gradHidden + offsets[i], gradA + at * 3 * state, gradS + at * 3 * state);
            }
            RecurrentProduct<TMicro>.Run(rows, offsets, count, scratch + parts.Gates, 2 * work.State, work.State, accumulate: true,
                gradHidden);
        }
    }
}
