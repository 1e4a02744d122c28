using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrfLogLikelihood;

/// <summary>The score of the tags less the logarithm of the sum over all tags.</summary>
sealed class Naive : NaiveKernel<Ops.CrfLogLikelihood>
{
    protected override LayoutRule Layouts(Ops.CrfLogLikelihood op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i is 0 or 3 ? Placement.Any : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CrfLogLikelihood op, KernelCase @case) =>
        new([1], WalkerScratch: (long)CrfReference<double>.Elements(@case) * @case.Inputs[0].Element.Size());

    protected override void Run<T>(Ops.CrfLogLikelihood op, in KernelCall call)
    {
        var y = call.Target<T>(0);
        for (int sequence = 0; sequence < y.Length; sequence++)
        {
            var reference = new CrfReference<T>(call, sequence, 2);
            var tags = CrfSequence.Tags(call.Source<long>(1), sequence, call.Case.Inputs[0].Sizes[2], reference.Length, reference.Count);
            y[sequence] = tags.IsEmpty ? T.Zero : reference.Score(tags) - reference.Forward();
        }
    }
}
