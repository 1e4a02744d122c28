using System.Runtime.InteropServices;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Pad;

/// <summary>The border's value everywhere, then the part of the input that stays; or element by element what the border shows.</summary>
sealed class Naive : Kernel<Ops.Pad>
{
    public override string Name => "Pad.naive";

    protected override bool Supports(Ops.Pad op, KernelCase @case) =>
        BitConverter.SingleToInt32Bits(op.Value) == 0 || @case.Inputs[0].Element is ElementType.Float32 or ElementType.Float64;

    protected override LayoutRule Layouts(Ops.Pad op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Pad op, in KernelCall call)
    {
        if (op.Mode != PadMode.Constant) Show(op, call);
        else
        {
            Fill(op, call);
            Copy(op, call);
        }
    }

    static void Fill(Ops.Pad op, in KernelCall call)
    {
        float single = op.Value;
        double wide = op.Value;
        if (call.Case.Inputs[0].Element == ElementType.Float64) StridedCopy.Fill(
            call, MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in wide)));
        else if (single != 0) StridedCopy.Fill(call, MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in single)));
        else StridedCopy.Fill(call, stackalloc byte[1]);
    }

    static void Copy(Ops.Pad op, in KernelCall call)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        Strides from = call.Case.Inputs[0].Strides, to = call.Case.Outputs[0].Strides;
        long fromOffset = 0, toOffset = 0;
        for (int axis = 0; axis < sizes.Count; axis++)
        {
            int first = Math.Max(0, -op.Before[axis]), last = sizes[axis] + Math.Min(0, op.After[axis]);
            fromOffset += first * from[axis];
            toOffset += (first + op.Before[axis]) * to[axis];
            sizes = sizes.With(axis, Math.Max(0, last - first));
        }
        StridedCopy.Run(call, 0, sizes, from, fromOffset, to, toOffset);
    }

    static void Show(Ops.Pad op, in KernelCall call)
    {
        BoundType x = call.Case.Inputs[0], y = call.Case.Outputs[0];
        Strides from = x.Strides, to = y.Strides;
        var one = Dims.Repeat(1, x.Rank);
        for (int axis = 0; axis < x.Rank; axis++) PadSegment.Check(op.Mode, axis, x.Sizes[axis], op.Before[axis], op.After[axis]);
        for (var at = new Odometer(y.Sizes); at.MoveNext();)
        {
            long source = 0;
            for (int axis = 0; axis < x.Rank; axis++)
                source += PadSegment.Source(op.Mode, at[axis] - op.Before[axis], x.Sizes[axis]) * from[axis];
            StridedCopy.Run(call, 0, one, from, source, to, at.Offset(to));
        }
    }
}
