using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// A kernel that only moves elements, of any type: boxes of its inputs into its output, around which there may be a border.
/// </summary>
abstract unsafe class BoxKernel<TOp> : Kernel<TOp> where TOp : Op
{
    static readonly string OwnName = typeof(TOp).Name + ".boxes";

    // Bytes of a piece of the border.
    const int Grain = 128 * 1024;

    public sealed override string Name => OwnName;

    protected override bool Supports(TOp op, KernelCase @case) =>
        Border(op, @case) is null or 0 || @case.Outputs[0].Element == ElementType.Float32;

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var copies = new BoxCopies(Copies(op, @case));
        int fill = VectorKernels.Pieces(@case.Outputs[0].Bytes, Grain);
        return new(Border(op, @case) is null ? [copies.Pieces] : [fill, copies.Pieces], Prepared: copies);
    }

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        if (Border(op, call.Case) is not { } border || call.Phase == 1)
        {
            ((BoxCopies)call.Prepared!).Run(call, call.Piece);
            return;
        }
        nint start = (nint)call.Piece * Grain, bytes = (nint)Math.Min(Grain, call.Case.Outputs[0].Bytes - start);
        byte* to = (byte*)call.Output(0) + start;
        if (border == 0 && !float.IsNegative(border)) new Span<byte>(to, (int)bytes).Clear();
        else ElementwiseLoops.Fill<V128>(border, bytes / sizeof(float), (float*)to);
    }

    /// <summary>What the output holds where no box comes to lie; null if boxes cover it.</summary>
    protected virtual float? Border(TOp op, KernelCase @case) => null;

    /// <summary>The boxes.</summary>
    protected abstract BoxCopy[] Copies(TOp op, KernelCase @case);
}
