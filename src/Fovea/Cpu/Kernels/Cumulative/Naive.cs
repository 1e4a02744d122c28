using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Cumulative;

/// <summary>Each element joined with all before it, one after the other; floating numbers in double.</summary>
sealed class Naive<TOp> : Kernel<TOp> where TOp : Ops.Cumulative
{
    static readonly string OwnName = $"{typeof(TOp).Name}.naive";

    public override string Name => OwnName;

    protected override bool Supports(TOp op, KernelCase @case) => ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(TOp op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(TOp op, in KernelCall call)
    {
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.Cumulative op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            if (_call.Case.Inputs[0].Element.IsFloating()) Join<T, double>();
            else Join<T, T>();
        }

        void Join<T, TSum>() where T : unmanaged, INumber<T> where TSum : INumber<TSum>
        {
            var x = _call.Source<T>(0);
            var y = _call.Target<T>(0);
            var type = _call.Case.Inputs[0];
            var (from, to) = (type.Strides, _call.Case.Outputs[0].Strides);
            int size = type.Sizes[op.Axis];
            bool product = op is Ops.CumulativeProduct;
            for (var at = new Odometer(type.Sizes.With(op.Axis, 1)); at.MoveNext();)
            {
                var total = product ? TSum.One : TSum.Zero;
                for (int i = 0; i < size; i++)
                {
                    int t = op.Reverse ? size - 1 - i : i;
                    var element = TSum.CreateTruncating(x[at.Offset(from) + (int)(t * from[op.Axis])]);
                    var next = unchecked(product ? total * element : total + element);
                    y[at.Offset(to) + (int)(t * to[op.Axis])] = T.CreateTruncating(op.Exclusive ? total : next);
                    total = next;
                }
            }
        }
    }
}
