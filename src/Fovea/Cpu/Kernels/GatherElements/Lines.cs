using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GatherElements;

/// <summary>Elements chosen along an axis of row-major values, line by line.</summary>
sealed unsafe class Lines : Kernel<Ops.GatherElements>
{
    public override string Name => "GatherElements.lines";

    protected override bool Supports(Ops.GatherElements op, KernelCase @case) =>
        @case.Inputs[0].Element.Size() <= 8;

    protected override KernelWork Prepare(Ops.GatherElements op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[1], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.GatherElements op, in KernelCall call)
    {
        switch (call.Case.Inputs[0].Element.Size())
        {
            case 1: Run<byte>(op, call); break;
            case 2: Run<ushort>(op, call); break;
            case 4: Run<uint>(op, call); break;
            default: Run<ulong>(op, call); break;
        }
    }

    static void Run<T>(Ops.GatherElements op, in KernelCall call) where T : unmanaged
    {
        if (call.Case.Inputs[1].Element == ElementType.Int64) Run<T, long>(op, call);
        else Run<T, int>(op, call);
    }

    static void Run<T, TIndex>(Ops.GatherElements op, in KernelCall call)
        where T : unmanaged where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        var work = (SoftmaxWork)call.Prepared!;
        nint size = call.Case.Inputs[0].Sizes[op.Axis], inner = work.Inner;
        T* x = (T*)call.Input(0), y = (T*)call.Output(0);
        TIndex* indices = (TIndex*)call.Input(1);
        var (outer, outers, strip, inners) = work.Block(call.Piece);
        for (nint end = outer + outers; outer < end; outer++)
            for (nint i = 0; i < work.Length; i++)
            {
                nint to = (outer * work.Length + i) * inner + strip, from = outer * size * inner + strip;
                for (nint j = 0; j < inners; j++)
                {
                    long index = GatherBox.From0(long.CreateTruncating(indices[to + j]), size, to + j);
                    y[to + j] = x[from + (nint)index * inner + j];
                }
            }
    }
}
