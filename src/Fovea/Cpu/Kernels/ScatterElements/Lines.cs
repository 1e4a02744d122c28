using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ScatterElements;

/// <summary>
/// Updates along an axis of row-major values: the values are copied, then each line along the axis takes its updates in order. No two
/// lines meet, so pieces are lines.
/// </summary>
sealed unsafe class Lines : Kernel<Ops.ScatterElements>
{
    // Bytes of a piece of the copy.
    const int Grain = 128 * 1024;

    public override string Name => "ScatterElements.lines";

    protected override string Recipe(Ops.ScatterElements op, KernelCase @case) => "ScatterElements.inOrder";

    protected override bool Supports(Ops.ScatterElements op, KernelCase @case) =>
        ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element) || @case.Inputs[0].Element == ElementType.Bool;

    protected override bool WritesOver(Ops.ScatterElements op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.ScatterElements op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[1], op.Axis);
        return new([VectorKernels.Pieces(@case.Outputs[0].Bytes, Grain), work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.ScatterElements op, in KernelCall call)
    {
        if (call.Phase == 0)
        {
            if (call.Input(0) == call.Output(0)) return;
            nint start = (nint)call.Piece * Grain, bytes = (nint)Math.Min(Grain, call.Case.Outputs[0].Bytes - start);
            Buffer.MemoryCopy((byte*)call.Input(0) + start, (byte*)call.Output(0) + start, bytes, bytes);
            return;
        }
        var body = new Body(op, call);
        // Truth values are bytes that are only moved.
        var element = call.Case.Inputs[0].Element;
        ElementTypeDispatch.Numeric(element == ElementType.Bool ? ElementType.UInt8 : element, ref body);
    }

    readonly ref struct Body(Ops.ScatterElements op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            switch (op.Reduction)
            {
                case ScatterReduction.Replace: Run<T, Replace>(); break;
                case ScatterReduction.Add: Run<T, Add>(); break;
                case ScatterReduction.Multiply: Run<T, Multiply>(); break;
                case ScatterReduction.Max: Run<T, Largest>(); break;
                default: Run<T, Smallest>(); break;
            }
        }

        void Run<T, TJoin>() where T : unmanaged, INumber<T> where TJoin : struct, IJoin
        {
            if (_call.Case.Inputs[1].Element == ElementType.Int64) Run<T, TJoin, long>();
            else Run<T, TJoin, int>();
        }

        void Run<T, TJoin, TIndex>() where T : unmanaged, INumber<T> where TJoin : struct, IJoin
            where TIndex : unmanaged, IBinaryInteger<TIndex>
        {
            var work = (SoftmaxWork)_call.Prepared!;
            nint size = _call.Case.Outputs[0].Sizes[op.Axis], inner = work.Inner;
            T* updates = (T*)_call.Input(2), y = (T*)_call.Output(0);
            TIndex* indices = (TIndex*)_call.Input(1);
            var (outer, outers, strip, inners) = work.Block(_call.Piece);
            for (nint end = outer + outers; outer < end; outer++)
                for (nint i = 0; i < work.Length; i++)
                {
                    nint from = (outer * work.Length + i) * inner + strip, to = outer * size * inner + strip;
                    for (nint j = 0; j < inners; j++)
                    {
                        long index = GatherBox.From0(long.CreateTruncating(indices[from + j]), size, from + j);
                        T* place = y + to + (nint)index * inner + j;
                        *place = TJoin.Join(*place, updates[from + j]);
                    }
                }
        }
    }

    interface IJoin
    {
        static abstract T Join<T>(T before, T update) where T : INumber<T>;
    }

    readonly struct Replace : IJoin
    {
        public static T Join<T>(T before, T update) where T : INumber<T> => update;
    }

    readonly struct Add : IJoin
    {
        public static T Join<T>(T before, T update) where T : INumber<T> => unchecked(before + update);
    }

    readonly struct Multiply : IJoin
    {
        public static T Join<T>(T before, T update) where T : INumber<T> => unchecked(before * update);
    }

    readonly struct Largest : IJoin
    {
        public static T Join<T>(T before, T update) where T : INumber<T> => T.Max(before, update);
    }

    readonly struct Smallest : IJoin
    {
        public static T Join<T>(T before, T update) where T : INumber<T> => T.Min(before, update);
    }
}
