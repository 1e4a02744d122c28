using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// The reference kernel of an optimizer: element by element over the parameter and what is like it, in whatever layout they share. It
/// writes over its inputs, where a plan wants that: an element is read whole before it is written.
/// </summary>
abstract class NaiveUpdate<TOp> : NaiveKernel<TOp> where TOp : Op, IParameterUpdate
{
    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) => new(
        [.. @case.Inputs.Select((_, i) => i < op.LikeParameter ? Placement.Common : Placement.RowMajor)],
        [.. @case.Outputs.Select(_ => Placement.Common)]);

    protected sealed override bool WritesOver(TOp op, KernelCase @case, int input, int output) => input < op.LikeParameter;

    protected sealed override void Run<T>(TOp op, in KernelCall call)
    {
        var scale = call.Case.Inputs.Length > op.ScaleInput ? call.Source<T>(op.ScaleInput)[0] : T.One;
        if (T.IsFinite(scale))
        {
            Update(op, call, call.Source<T>(op.LikeParameter)[0], scale);
            return;
        }
        // No step: what is remembered stays, too.
        for (int output = 0; output < call.Case.Outputs.Length; output++)
            call.Source<T>(output == 0 ? 0 : output + 1).CopyTo(call.Target<T>(output));
    }

    /// <summary>A step of that learning rate, from gradients times the scale.</summary>
    protected abstract void Update<T>(TOp op, in KernelCall call, T rate, T scale) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
