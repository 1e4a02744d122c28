using Fovea.Cpu.Kernels.CtcLoss;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.CtcLossGradient;

/// <summary>dlogits = dloss · (softmax − Σ over places of the class of α · β / p).</summary>
sealed class Naive : NaiveKernel<Ops.CtcLossGradient>
{
    protected override LayoutRule Layouts(Ops.CtcLossGradient op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.Any : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CtcLossGradient op, KernelCase @case) =>
        new([1], WalkerScratch: CtcReference.Elements(@case) * sizeof(double));

    protected override void Run<T>(Ops.CtcLossGradient op, in KernelCall call)
    {
        var dlosses = call.Source<T>(4);
        var dx = call.Target<T>(0);
        dx.Clear();
        var strides = call.Case.Outputs[0].Strides;
        for (int sample = 0; sample < dlosses.Length; sample++)
        {
            var reference = new CtcReference<T>(call, sample, op.Blank);
            double logarithm = reference.Forward();
            bool none = double.IsNegativeInfinity(logarithm);
            if (none && op.ZeroInfinity) continue;
            for (int t = reference.Frames - 1; t >= 0; t--)
            {
                var beta = none ? default : reference.Backward(t);
                for (int c = 0; c < reference.Classes; c++) dx[At(c, t)] = T.CreateChecked(Math.Exp(reference.LogProbability(c, t)));
                for (int s = 0; s < reference.States && !none; s++)
                    dx[At(reference.Class(s), t)] -= T.CreateChecked(Math.Exp(reference.Alpha(s, t) + beta[s] - logarithm));
                for (int c = 0; c < reference.Classes; c++) dx[At(c, t)] = none ? T.NaN : dx[At(c, t)] * dlosses[sample];
            }

            int At(int c, int t) => (int)(sample * strides[0] + c * strides[1] + t * strides[2]);
        }
    }
}
