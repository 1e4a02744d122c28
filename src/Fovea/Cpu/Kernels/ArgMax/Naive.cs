using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ArgMax;

/// <summary>The first place of the largest element; NaN counts as the largest.</summary>
sealed class Naive : Kernel<Ops.ArgMax>
{
    public override string Name => "ArgMax.naive";

    protected override bool Supports(Ops.ArgMax op, KernelCase @case) => ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.ArgMax op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.ArgMax op, in KernelCall call)
    {
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.ArgMax op, KernelCall call) : INumericBody
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
                var largest = x[start];
                for (int j = 1; j < type.Sizes[op.Axis] && !T.IsNaN(largest); j++)
                {
                    var element = x[start + (int)(j * strides[op.Axis])];
                    if (!(element > largest) && !T.IsNaN(element)) continue;
                    largest = element;
                    best = j;
                }
                places[i] = best;
            }
        }
    }
}
