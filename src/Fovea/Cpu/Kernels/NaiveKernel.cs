using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// The reference kernel of an operator over floating numbers: scalar, safe, any layout, one thread. It is generic over float and double, so
/// that it can be held to finite differences in double and optimised kernels can be held to it.
/// </summary>
abstract class NaiveKernel<TOp> : Kernel<TOp> where TOp : Op
{
    static readonly string OwnName = typeof(TOp).Name + ".naive";

    public sealed override string Name => OwnName;

    /// <summary>The type by which the kernel is generic: that of the first input.</summary>
    protected virtual ElementType Element(KernelCase @case) => @case.Inputs[0].Element;

    protected sealed override bool Supports(TOp op, KernelCase @case) => Element(@case) is ElementType.Float32 or ElementType.Float64;

    protected override LayoutRule Layouts(TOp op, KernelCase @case) => new(
        [.. Enumerable.Repeat(Placement.Any, @case.Inputs.Length)], [.. Enumerable.Repeat(Placement.RowMajor, @case.Outputs.Length)]);

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        if (Element(call.Case) == ElementType.Float32) Run<float>(op, call);
        else Run<double>(op, call);
    }

    protected abstract void Run<T>(TOp op, in KernelCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
