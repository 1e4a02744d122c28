using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ArgExtreme;

/// <summary>The first or last place of the largest or smallest element; NaN counts as such.</summary>
sealed class Naive<TOp> : Kernel<TOp> where TOp : Ops.ArgExtreme
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

    readonly ref struct Body(Ops.ArgExtreme op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = _call.Source<T>(0);
            var places = _call.Target<long>(0);
            var type = _call.Case.Inputs[0];
            var strides = type.Strides;
            var at = new Odometer(type.Sizes.With(op.Axis, 1));
            for (int i = 0; at.MoveNext(); i++)
            {
                int start = at.Offset(strides), best = 0;
                for (int j = 1; j < type.Sizes[op.Axis]; j++)
                    if (Takes(x[start + (int)(j * strides[op.Axis])], x[start + (int)(best * strides[op.Axis])])) best = j;
                places[i] = best;
            }
        }

        bool Takes<T>(T element, T best) where T : INumber<T>
        {
            if (T.IsNaN(element) || T.IsNaN(best)) return T.IsNaN(element) && (op.Last || !T.IsNaN(best));
            return element == best ? op.Last : op.Smallest ? element < best : element > best;
        }
    }
}
