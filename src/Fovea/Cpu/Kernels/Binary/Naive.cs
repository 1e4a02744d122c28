using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Binary;

/// <summary>
/// z = f(x, y) with broadcasting, by strides: floating numbers in double by the table's body, integers exactly, truth values as bytes.
/// </summary>
sealed class Naive : Kernel<Ops.Binary>
{
    public override string Name => "Binary.naive";

    protected override bool Supports(Ops.Binary op, KernelCase @case) =>
        @case.Inputs[0].Element == ElementType.Bool || ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.Binary op, KernelCase @case) => new([Placement.Any, Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Binary op, in KernelCall call)
    {
        var body = new Body(op, call);
        var element = call.Case.Inputs[0].Element;
        if (element == ElementType.Bool) body.Truth();
        else ElementTypeDispatch.Numeric(element, ref body);
    }

    readonly ref struct Body(Ops.Binary op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Truth()
        {
            ReadOnlySpan<bool> x = _call.Source<bool>(0), y = _call.Source<bool>(1);
            var z = _call.Target<bool>(0);
            var walk = new PairWalk(_call.Case);
            for (int i = 0; walk.MoveNext(); i++) z[i] = op.Row.Value(x[walk.First] ? 1 : 0, y[walk.Second] ? 1 : 0) != 0;
        }

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            ReadOnlySpan<T> x = _call.Source<T>(0), y = _call.Source<T>(1);
            var walk = new PairWalk(_call.Case);
            if (op.Row.Kind == BinaryKind.Comparison)
            {
                var truth = _call.Target<bool>(0);
                for (int i = 0; walk.MoveNext(); i++) truth[i] = Compare(x[walk.First], y[walk.Second]);
                return;
            }
            var z = _call.Target<T>(0);
            bool floating = _call.Case.Inputs[0].Element.IsFloating();
            for (int i = 0; walk.MoveNext(); i++)
            {
                T a = x[walk.First], b = y[walk.Second];
                z[i] = floating ? T.CreateTruncating(op.Row.Value(double.CreateTruncating(a), double.CreateTruncating(b)))
                    : Integers.Apply(op, a, b);
            }
        }

        bool Compare<T>(T x, T y) where T : INumber<T> => op.Function switch
        {
            BinaryFunction.Equal => x == y,
            BinaryFunction.NotEqual => x != y,
            BinaryFunction.Less => x < y,
            BinaryFunction.LessOrEqual => x <= y,
            BinaryFunction.Greater => x > y,
            _ => x >= y,
        };
    }

    /// <summary>Walks the output in row-major order and says where the two inputs lie.</summary>
    struct PairWalk(KernelCase @case)
    {
        readonly Strides _first = ElementTypeDispatch.BroadcastStrides(@case.Inputs[0], @case.Outputs[0].Sizes);
        readonly Strides _second = ElementTypeDispatch.BroadcastStrides(@case.Inputs[1], @case.Outputs[0].Sizes);
        Odometer _at = new(@case.Outputs[0].Sizes);

        public int First { get; private set; }
        public int Second { get; private set; }

        public bool MoveNext()
        {
            if (!_at.MoveNext()) return false;
            First = _at.Offset(_first);
            Second = _at.Offset(_second);
            return true;
        }
    }
}

/// <summary>The functions of two integers, exact: what does not fit wraps round.</summary>
static class Integers
{
    public static T Apply<T>(Ops.Binary op, T x, T y) where T : INumber<T> => op.Function switch
    {
        BinaryFunction.Add => unchecked(x + y),
        BinaryFunction.Subtract => unchecked(x - y),
        BinaryFunction.Multiply => unchecked(x * y),
        BinaryFunction.Divide => Quotient(x, y),
        BinaryFunction.FloorDivide => Rest(x, y) is var rest && T.IsZero(rest) || T.IsNegative(rest) == T.IsNegative(y)
            ? Quotient(x, y) : Quotient(x, y) - T.One,
        BinaryFunction.Modulo => Rest(x, y) is var rest && T.IsZero(rest) || T.IsNegative(rest) == T.IsNegative(y) ? rest : rest + y,
        BinaryFunction.Remainder => Rest(x, y),
        BinaryFunction.And => T.CreateTruncating(long.CreateTruncating(x) & long.CreateTruncating(y)),
        BinaryFunction.Or => T.CreateTruncating(long.CreateTruncating(x) | long.CreateTruncating(y)),
        BinaryFunction.Xor => T.CreateTruncating(long.CreateTruncating(x) ^ long.CreateTruncating(y)),
        BinaryFunction.Maximum => T.Max(x, y),
        BinaryFunction.Minimum => T.Min(x, y),
        _ => T.CreateTruncating(op.Row.Value(double.CreateTruncating(x), double.CreateTruncating(y))),
    };

    static T Quotient<T>(T x, T y) where T : INumber<T> =>
        T.IsZero(y) ? throw new DivideByZeroException("An integer tensor is divided by zero.")
            : IsMinusOne(y) ? unchecked(T.Zero - x) : x / y;

    static T Rest<T>(T x, T y) where T : INumber<T> =>
        T.IsZero(y) ? throw new DivideByZeroException("An integer tensor is divided by zero.")
            : IsMinusOne(y) ? T.Zero : x % y;

    // The processor refuses the one quotient that does not fit: the least number by −1.
    static bool IsMinusOne<T>(T y) where T : INumber<T> => T.IsNegative(y) && T.IsZero(unchecked(y + T.One));
}
