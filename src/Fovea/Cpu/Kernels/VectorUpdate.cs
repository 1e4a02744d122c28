using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// A step of an optimizer over float32 parameters in one pass, in whatever layout they share; in place where the plan wants that.
/// </summary>
abstract unsafe class VectorUpdate<TOp, T> : Kernel<TOp> where TOp : Op, IParameterUpdate where T : unmanaged, IVec<T>
{
    static readonly string Algorithm = typeof(TOp).Name + ".vector", OwnName = $"{Algorithm}.{T.Name}";

    public sealed override string Name => OwnName;

    protected sealed override string Recipe(TOp op, KernelCase @case) => VectorKernels.Recipe(Algorithm);

    protected sealed override bool Supports(TOp op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected sealed override LayoutRule Layouts(TOp op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i < op.LikeParameter ? Placement.Common : Placement.RowMajor)],
            [.. @case.Outputs.Select(_ => Placement.Common)]);

    protected sealed override bool WritesOver(TOp op, KernelCase @case, int input, int output) => input < op.LikeParameter;

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case) => new([VectorKernels.Pieces(@case.Outputs[0].Count)]);

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint count = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        float scale = call.Case.Inputs.Length > op.ScaleInput ? *(float*)call.Input(op.ScaleInput) : 1f;
        if (float.IsFinite(scale))
        {
            Update(op, call, *(float*)call.Input(op.LikeParameter), scale, start, count);
            return;
        }
        // No step: what is remembered stays, too.
        for (int output = 0; output < call.Case.Outputs.Length; output++)
            VectorKernels.PassOn(call, output == 0 ? 0 : output + 1, output, start, count);
    }

    /// <summary>A step of that learning rate, from gradients times the scale, over some elements.</summary>
    protected abstract void Update(TOp op, in KernelCall call, float rate, float scale, nint start, nint count);
}
