using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LstmGradient;

/// <summary>The gradient of a long short-term memory through time, of float32 sequences: blocks of them walk back step by step.</summary>
sealed unsafe class Direct<TMicro, TVector> : Kernel<Ops.LstmGradient>
    where TMicro : struct, IMicroKernel where TVector : unmanaged, IVec<TVector>
{
    public override string Name { get; } = $"LstmGradient.direct.{TMicro.Name}";

    protected override string Recipe(Ops.LstmGradient op, KernelCase @case) =>
        VectorKernels.Recipe($"LstmGradient.{MatMulRecipes.Direct<TMicro>()}");

    protected override bool Supports(Ops.LstmGradient op, KernelCase @case) =>
        TVector.IsSupported && RecurrentWork.Takes<TMicro>(@case, 3);

    protected override KernelWork Prepare(Ops.LstmGradient op, KernelCase @case)
    {
        int state = @case.Inputs[0].Sizes[1];
        var work = RecurrentWork.Of<TMicro>(@case.Inputs[3].Sizes, state);
        work.Take(RecurrentProduct<TMicro>.PackedFloats(4 * state, state));
        return work.Phases(RecurrentProduct<TMicro>.Panels(state), work);
    }

    protected override void Run(Ops.LstmGradient op, in KernelCall call)
    {
        var work = (RecurrentWork)call.Prepared!;
        float* packed = (float*)call.Scratch;
        if (call.Phase == 1) Walk(op, call, work, packed);
        else RecurrentProduct<TMicro>.Pack((float*)call.Input(0), transposed: false, 4 * work.State, work.State, call.Piece, packed);
    }

    static void Walk(Ops.LstmGradient op, in KernelCall call, RecurrentWork work, float* packed)
    {
        var (from, to) = work.Block(call.Piece);
        nint steps = work.Steps, state = work.State;
        float* firstHidden = (float*)call.Input(1), firstCell = (float*)call.Input(2), y = (float*)call.Input(3);
        float* gates = (float*)call.Input(4), cells = (float*)call.Input(5), gradY = (float*)call.Input(6);
        float* gradSums = (float*)call.Output(0), previous = (float*)call.Output(1), gradHidden = (float*)call.Output(2);
        float* gradCell = (float*)call.Output(3);
        var order = SequenceSteps.Of(call, work.Steps, 9, op.Reverse);
        int longest = 0;
        for (nint n = from; n < to; n++)
        {
            int length = order.Length((int)n);
            longest = Math.Max(longest, length);
            Row((float*)call.Input(7), n, state).CopyTo(Row(gradHidden, n, state));
            Row((float*)call.Input(8), n, state).CopyTo(Row(gradCell, n, state));
            nint end = n * steps + length, left = steps - length;
            new Span<float>(gradSums + end * 4 * state, (int)(left * 4 * state)).Clear();
            new Span<float>(previous + end * state, (int)(left * state)).Clear();
        }
        float** rows = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        for (int step = longest - 1; step >= 0; step--)
        {
            int count = 0;
            for (nint n = from; n < to; n++)
            {
                int length = order.Length((int)n);
                if (step >= length) continue;
                nint at = (n * steps + order.Place(length, step)) * state, before = (n * steps + order.Place(length, step - 1)) * state;
                float* h = step > 0 ? y + before : firstHidden + n * state, c = step > 0 ? cells + before : firstCell + n * state;
                RecurrentLoops.LstmGradient<TVector>(gates + 4 * at, state, cells + at, c, gradY + at, gradHidden + n * state,
                    gradCell + n * state, gradSums + 4 * at);
                new Span<float>(h, (int)state).CopyTo(new(previous + at, (int)state));
                rows[count] = gradSums + 4 * at;
                offsets[count++] = n * state;
            }
            RecurrentProduct<TMicro>.Run(rows, offsets, count, packed, (int)(4 * state), (int)state, accumulate: false, gradHidden);
        }
    }

    static Span<float> Row(float* values, nint n, nint length) => new(values + n * length, (int)length);
}
