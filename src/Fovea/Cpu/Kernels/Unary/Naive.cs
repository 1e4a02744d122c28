using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Unary;

/// <summary>y = f(x) by the table's body: floating numbers in double, integers exactly.</summary>
sealed class Naive : Kernel<Ops.Unary>
{
    public override string Name => "Unary.naive";

    protected override bool Supports(Ops.Unary op, KernelCase @case) => ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.Unary op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.Unary op, KernelCase @case, int input, int output) => true;

    protected override void Run(Ops.Unary op, in KernelCall call)
    {
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.Unary op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = _call.Source<T>(0);
            var y = _call.Target<T>(0);
            bool floating = _call.Case.Inputs[0].Element.IsFloating();
            for (int i = 0; i < x.Length; i++)
                y[i] = floating ? T.CreateTruncating(op.Row.Value(double.CreateTruncating(x[i]), op.Alpha, op.Beta)) : Integer(x[i]);
        }

        T Integer<T>(T x) where T : INumber<T> => op.Function switch
        {
            UnaryFunction.Negate => unchecked(T.Zero - x),
            UnaryFunction.Abs => x < T.Zero ? unchecked(T.Zero - x) : x,
            UnaryFunction.Sign => T.CreateTruncating(T.Sign(x)),
            UnaryFunction.Square => unchecked(x * x),
            _ => throw new Errors.UnsupportedOperatorException($"{op.Name} has no body for integers."),
        };
    }
}
