using System.Numerics;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.TopK;

/// <summary>The best, then the best of those that come after it, and so on; those that keep their order, by how many are better.</summary>
sealed class Naive : Kernel<Ops.TopK>
{
    public override string Name => "TopK.naive";

    protected override bool Supports(Ops.TopK op, KernelCase @case) => ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.TopK op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor, Placement.RowMajor]);

    protected override void Run(Ops.TopK op, in KernelCall call)
    {
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.TopK op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = _call.Source<T>(0);
            var values = _call.Target<T>(0);
            var places = _call.Target<long>(1);
            var type = _call.Case.Inputs[0];
            var (from, to) = (type.Strides, _call.Case.Outputs[0].Strides);
            int size = type.Sizes[op.Axis], k = _call.Case.Outputs[0].Sizes[op.Axis];
            for (var at = new Odometer(type.Sizes.With(op.Axis, 1)); at.MoveNext();)
            {
                int start = at.Offset(from), target = at.Offset(to), step = (int)from[op.Axis], next = 0;
                for (int i = 0; i < size; i++)
                {
                    // How many come before it.
                    int better = 0, kept = 0;
                    for (int j = 0; j < size; j++)
                        if (Leads(x[start + j * step], x[start + i * step], j < i)) better++;
                    if (better >= k) continue;
                    kept = op.Sorted ? better : next++;
                    values[target + (int)(kept * to[op.Axis])] = x[start + i * step];
                    places[target + (int)(kept * to[op.Axis])] = i;
                }
            }
        }

        bool Leads<T>(T a, T b, bool first) where T : INumber<T>
        {
            if (T.IsNaN(a) && T.IsNaN(b) || a == b) return first;
            bool larger = T.IsNaN(a) || !T.IsNaN(b) && a > b;
            return larger == op.Largest;
        }
    }
}
