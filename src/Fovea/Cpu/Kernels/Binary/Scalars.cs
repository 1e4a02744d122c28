using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Binary;

/// <summary>
/// z = f(x, y) with broadcasting of any element type, one element at a time but in pieces: what has no vector body (integers, truth
/// values, remainders). The functions are those of the reference kernel; the common ones are compiled into the loop.
/// </summary>
sealed unsafe class Scalars : Kernel<Ops.Binary>
{
    public override string Name => "Binary.scalars";

    protected override string Recipe(Ops.Binary op, KernelCase @case) => "Binary.scalars";

    protected override bool Supports(Ops.Binary op, KernelCase @case) =>
        @case.Inputs[0].Element == ElementType.Bool || ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.Binary op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.Binary op, KernelCase @case, int input, int output)
    {
        var (x, z) = (@case.Inputs[input], @case.Outputs[output]);
        return x.Element == z.Element && x.Sizes == z.Sizes && x.LiesAs(z.Layout);
    }

    protected override KernelWork Prepare(Ops.Binary op, KernelCase @case)
    {
        var walk = BroadcastWalk.Of(@case.Outputs[0], @case.Inputs);
        return new([walk.Pieces], Prepared: walk);
    }

    protected override void Run(Ops.Binary op, in KernelCall call)
    {
        var body = new Body(op, call);
        var element = call.Case.Inputs[0].Element;
        // Truth values are bytes 0 and 1: what compares and joins them does so with bytes, too.
        ElementTypeDispatch.Numeric(element == ElementType.Bool ? ElementType.UInt8 : element, ref body);
    }

    readonly ref struct Body(Ops.Binary op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            bool floating = _call.Case.Inputs[0].Element.IsFloating();
            switch (op.Function)
            {
                case BinaryFunction.Equal: Loop<T, byte, Equal>(default); break;
                case BinaryFunction.NotEqual: Loop<T, byte, NotEqual>(default); break;
                case BinaryFunction.Less: Loop<T, byte, Less>(default); break;
                case BinaryFunction.LessOrEqual: Loop<T, byte, LessOrEqual>(default); break;
                case BinaryFunction.Greater: Loop<T, byte, Greater>(default); break;
                case BinaryFunction.GreaterOrEqual: Loop<T, byte, GreaterOrEqual>(default); break;
                case BinaryFunction.And: Loop<T, T, And>(default); break;
                case BinaryFunction.Or: Loop<T, T, Or>(default); break;
                case BinaryFunction.Xor: Loop<T, T, Xor>(default); break;
                case BinaryFunction.Add when !floating: Loop<T, T, Add>(default); break;
                case BinaryFunction.Subtract when !floating: Loop<T, T, Subtract>(default); break;
                case BinaryFunction.Multiply when !floating: Loop<T, T, Multiply>(default); break;
                default:
                    if (floating) Loop<T, T, InDouble>(new(op.Row.Value));
                    else Loop<T, T, OfIntegers>(new(op));
                    break;
            }
        }

        void Loop<T, TResult, TFunction>(TFunction function)
            where T : unmanaged, INumber<T> where TResult : unmanaged, INumber<TResult> where TFunction : struct, IFunction
        {
            var walk = (BroadcastWalk)_call.Prepared!;
            T* x = (T*)_call.Input(0), y = (T*)_call.Input(1);
            var z = (TResult*)_call.Output(0);
            var (row, rows, column, columns) = walk.Piece(_call.Piece);
            nint xStep = walk.ColumnStride(0), yStep = walk.ColumnStride(1);
            for (; rows > 0; rows--, row++)
            {
                T* left = x + walk.Offset(0, row) + column * xStep, right = y + walk.Offset(1, row) + column * yStep;
                TResult* to = z + row * walk.Columns + column;
                for (nint i = 0; i < columns; i++) to[i] = function.Apply<T, TResult>(left[i * xStep], right[i * yStep]);
            }
        }
    }

    interface IFunction
    {
        TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult>;
    }

    readonly struct Equal : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x == y ? TResult.One : TResult.Zero;
    }

    readonly struct NotEqual : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x != y ? TResult.One : TResult.Zero;
    }

    readonly struct Less : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x < y ? TResult.One : TResult.Zero;
    }

    readonly struct LessOrEqual : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x <= y ? TResult.One : TResult.Zero;
    }

    readonly struct Greater : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x > y ? TResult.One : TResult.Zero;
    }

    readonly struct GreaterOrEqual : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            x >= y ? TResult.One : TResult.Zero;
    }

    readonly struct And : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(long.CreateTruncating(x) & long.CreateTruncating(y));
    }

    readonly struct Or : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(long.CreateTruncating(x) | long.CreateTruncating(y));
    }

    readonly struct Xor : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(long.CreateTruncating(x) ^ long.CreateTruncating(y));
    }

    readonly struct Add : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(unchecked(x + y));
    }

    readonly struct Subtract : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(unchecked(x - y));
    }

    readonly struct Multiply : IFunction
    {
        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(unchecked(x * y));
    }

    readonly struct InDouble(Func<double, double, double> value) : IFunction
    {
        readonly Func<double, double, double> _value = value;

        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(_value(double.CreateTruncating(x), double.CreateTruncating(y)));
    }

    readonly struct OfIntegers(Ops.Binary op) : IFunction
    {
        readonly Ops.Binary _op = op;

        public TResult Apply<T, TResult>(T x, T y) where T : INumber<T> where TResult : INumber<TResult> =>
            TResult.CreateTruncating(Integers.Apply(_op, x, y));
    }
}
