using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrfLogLikelihoodGradient;

/// <summary>dy · (what the tags have − what is expected), by forward and backward probabilities.</summary>
sealed class Naive : NaiveKernel<Ops.CrfLogLikelihoodGradient>
{
    protected override LayoutRule Layouts(Ops.CrfLogLikelihoodGradient op, KernelCase @case) => new(
        [.. @case.Inputs.Select((_, i) => i is 0 or 3 ? Placement.Any : Placement.RowMajor)],
        [.. @case.Outputs.Select(_ => Placement.RowMajor)]);

    protected override KernelWork Prepare(Ops.CrfLogLikelihoodGradient op, KernelCase @case) =>
        new([1], WalkerScratch: (long)CrfReference<double>.Elements(@case) * @case.Inputs[0].Element.Size());

    protected override void Run<T>(Ops.CrfLogLikelihoodGradient op, in KernelCall call)
    {
        var dy = call.Source<T>(6);
        Span<T> emissions = call.Target<T>(0), transitions = call.Target<T>(1), start = call.Target<T>(2), end = call.Target<T>(3);
        for (int output = 0; output < 4; output++) call.Target<T>(output).Clear();
        var strides = call.Case.Outputs[0].Strides;
        for (int sequence = 0; sequence < dy.Length; sequence++)
        {
            var reference = new CrfReference<T>(call, sequence, 2);
            int length = reference.Length, count = reference.Count;
            var tags = CrfSequence.Tags(call.Source<long>(1), sequence, call.Case.Inputs[0].Sizes[2], length, count);
            if (length == 0) continue;
            var logarithm = reference.Forward();
            Span<T> beta = reference.Rows[..count], next = reference.Rows.Slice(count, count);
            for (int t = length - 1; t >= 0; t--)
            {
                reference.Backward(t, next, beta);
                for (int k = 0; k < count; k++)
                {
                    var own = dy[sequence] * (Is(tags[t] == k) - T.Exp(reference.Alpha(k, t) + beta[k] - logarithm));
                    emissions[(int)(sequence * strides[0] + k * strides[1] + t * strides[2])] = own;
                    if (t == 0) start[k] += own;
                    if (t == length - 1) end[k] += own;
                    for (int j = 0; j < count && t < length - 1; j++)
                    {
                        var way = reference.Alpha(k, t) + reference.Transition(k, j) + reference.Emission(j, t + 1) + next[j];
                        transitions[k * count + j] += dy[sequence] * (Is(tags[t] == k && tags[t + 1] == j) - T.Exp(way - logarithm));
                    }
                }
                var swap = beta;
                beta = next;
                next = swap;
            }
        }

        static T Is(bool condition) => condition ? T.One : T.Zero;
    }
}
