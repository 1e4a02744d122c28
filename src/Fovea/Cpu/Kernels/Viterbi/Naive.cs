using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Viterbi;

/// <summary>The best way to each tag at each place, then back from the best end.</summary>
sealed class Naive : NaiveKernel<Ops.Viterbi>
{
    protected override LayoutRule Layouts(Ops.Viterbi op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i is 0 or 2 ? Placement.Any : Placement.RowMajor)], [Placement.RowMajor]);

    // Values of two places, then where each tag of each place came from, as numbers.
    protected override KernelWork Prepare(Ops.Viterbi op, KernelCase @case) =>
        new([1], WalkerScratch: (long)CrfReference<double>.Elements(@case) * @case.Inputs[0].Element.Size());

    protected override void Run<T>(Ops.Viterbi op, in KernelCall call)
    {
        var tags = call.Target<long>(0);
        tags.Fill(-1);
        int places = call.Case.Outputs[0].Sizes[1];
        for (int sequence = 0; sequence < call.Case.Outputs[0].Sizes[0]; sequence++)
        {
            var reference = new CrfReference<T>(call, sequence, 1);
            if (reference.Length == 0) continue;
            int count = reference.Count;
            Span<T> from = call.Workspace<T>(CrfReference<T>.Elements(call.Case))[..(count * places)];
            Span<T> before = reference.Rows[..count], own = reference.Rows.Slice(count, count);
            for (int t = 0; t < reference.Length; t++)
            {
                for (int k = 0; k < count; k++)
                {
                    int best = 0;
                    var value = t == 0 ? reference.Start(k) : before[0] + reference.Transition(0, k);
                    for (int i = 1; i < count && t > 0; i++)
                        if (before[i] + reference.Transition(i, k) is var other && other > value) (best, value) = (i, other);
                    from[t * count + k] = T.CreateChecked(best);
                    own[k] = value + reference.Emission(k, t);
                }
                var swap = own;
                own = before;
                before = swap;
            }
            int last = 0;
            for (int k = 1; k < count; k++)
                if (before[k] + reference.End(k) > before[last] + reference.End(last)) last = k;
            for (int t = reference.Length - 1; t >= 0; t--)
            {
                tags[sequence * places + t] = last;
                last = int.CreateChecked(from[t * count + last]);
            }
        }
    }
}
