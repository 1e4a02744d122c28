using System.Runtime.CompilerServices;
using Fovea.Graphs;

namespace Fovea.Runtime;

/// <summary>Where a kernel wants a value to lie.</summary>
public enum Placement
{
    /// <summary>In logical order.</summary>
    RowMajor,
    /// <summary>Channels innermost (row-major below three axes).</summary>
    ChannelsLast,
    /// <summary>In one layout with all other common values of the step, whichever it is.</summary>
    Common,
    /// <summary>Anywhere: the kernel walks by strides. Not for outputs.</summary>
    Any,
}

/// <summary>The layouts that a kernel takes and gives.</summary>
/// <param name="Inputs">One entry an input.</param>
/// <param name="Outputs">One entry an output.</param>
public sealed record LayoutRule(Placement[] Inputs, Placement[] Outputs)
{
    /// <summary>The same placement for every input and output.</summary>
    public static LayoutRule All(Placement placement, KernelCase @case) => new(
        [.. Enumerable.Repeat(placement, @case.Inputs.Length)], [.. Enumerable.Repeat(placement, @case.Outputs.Length)]);
}

/// <summary>How a step is cut and what memory it needs. A function of the case alone, never of threads.</summary>
/// <param name="Pieces">For each phase the number of pieces; pieces of one phase run in any order, on any worker.</param>
/// <param name="Scratch">Bytes shared by all pieces of the step.</param>
/// <param name="WalkerScratch">Bytes for each worker.</param>
/// <param name="Prepared">What runs read again: cuts and tables, never results.</param>
public sealed record KernelWork(int[] Pieces, long Scratch = 0, long WalkerScratch = 0, object? Prepared = null)
{
    /// <summary>Estimated nanoseconds on one thread, where the operator's cost does not tell them; else 0.</summary>
    internal double Nanoseconds { get; init; }

    /// <summary>One phase, one piece, no scratch.</summary>
    public static KernelWork Single { get; } = new([1]);
}

/// <summary>
/// A kernel: stateless; chosen by case, then one virtual call a piece. Parameter order is sources, geometry or options, destination.
/// It allocates nothing. Equal recipes give equal bits.
/// </summary>
public abstract class Kernel
{
    /// <summary>The name by which <c>FOVEA_KERNEL</c> forces it: operator.algorithm.width.</summary>
    public abstract string Name { get; }

    /// <summary>The operator it computes.</summary>
    public abstract Type OpType { get; }

    /// <summary>
    /// Names the order of sums: a function of operator, channels, kernel, stride, dilation, element type, layout and numerics alone.
    /// </summary>
    public virtual string Recipe(Op op, KernelCase @case) => Name;

    /// <summary>Whether it computes the case. Layouts are not decided yet.</summary>
    public abstract bool Supports(Op op, KernelCase @case);

    /// <summary>The layouts that it takes and gives.</summary>
    public virtual LayoutRule Layouts(Op op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    /// <summary>Cuts the work, once a plan; layouts are decided.</summary>
    public virtual KernelWork Prepare(Op op, KernelCase @case) => KernelWork.Single;

    /// <summary>Whether an output may lie where an input lies: every element is read before it is written, by the same piece.</summary>
    public virtual bool WritesOver(Op op, KernelCase @case, int input, int output) => false;

    /// <summary>Does one piece.</summary>
    public abstract void Run(Op op, in KernelCall call);
}

/// <summary>A kernel typed by its operator, so that none casts.</summary>
public abstract class Kernel<TOp> : Kernel where TOp : Op
{
    /// <inheritdoc/>
    public sealed override Type OpType => typeof(TOp);

    /// <inheritdoc/>
    public sealed override string Recipe(Op op, KernelCase @case) => Recipe(Unsafe.As<TOp>(op), @case);

    /// <inheritdoc/>
    public sealed override bool Supports(Op op, KernelCase @case) => op is TOp own && Supports(own, @case);

    /// <inheritdoc/>
    public sealed override LayoutRule Layouts(Op op, KernelCase @case) => Layouts(Unsafe.As<TOp>(op), @case);

    /// <inheritdoc/>
    public sealed override KernelWork Prepare(Op op, KernelCase @case) => Prepare(Unsafe.As<TOp>(op), @case);

    /// <inheritdoc/>
    public sealed override bool WritesOver(Op op, KernelCase @case, int input, int output) =>
        WritesOver(Unsafe.As<TOp>(op), @case, input, output);

    /// <inheritdoc/>
    public sealed override void Run(Op op, in KernelCall call) => Run(Unsafe.As<TOp>(op), call);

    /// <inheritdoc cref="Kernel.Recipe"/>
    protected virtual string Recipe(TOp op, KernelCase @case) => Name;

    /// <inheritdoc cref="Kernel.Supports"/>
    protected virtual bool Supports(TOp op, KernelCase @case) => true;

    /// <inheritdoc cref="Kernel.Layouts"/>
    protected virtual LayoutRule Layouts(TOp op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    /// <inheritdoc cref="Kernel.Prepare"/>
    protected virtual KernelWork Prepare(TOp op, KernelCase @case) => KernelWork.Single;

    /// <inheritdoc cref="Kernel.WritesOver"/>
    protected virtual bool WritesOver(TOp op, KernelCase @case, int input, int output) => false;

    /// <inheritdoc cref="Kernel.Run"/>
    protected abstract void Run(TOp op, in KernelCall call);
}
