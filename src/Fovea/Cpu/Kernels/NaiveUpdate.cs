using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// The reference kernel of an optimizer: element by element over the parameter and what is like it, in whatever layout they share. It
/// writes over its inputs, where a plan wants that: an element is read whole before it is written.
/// </summary>
abstract class NaiveUpdate<TOp> : NaiveKernel<TOp> where TOp : Op
{
    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) => new(
        [.. @case.Inputs.Select((_, i) => i < LikeParameter(op) ? Placement.Common : Placement.RowMajor)],
        [.. @case.Outputs.Select(_ => Placement.Common)]);

    protected sealed override bool WritesOver(TOp op, KernelCase @case, int input, int output) => input < LikeParameter(op);

    /// <summary>How many inputs, from the first on, are like the parameter.</summary>
    protected abstract int LikeParameter(TOp op);
}
