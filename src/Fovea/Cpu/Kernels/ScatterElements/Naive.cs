using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ScatterElements;

/// <summary>The values, then one update after the other in row-major order.</summary>
sealed class Naive : Kernel<Ops.ScatterElements>
{
    public override string Name => "ScatterElements.naive";

    protected override bool Supports(Ops.ScatterElements op, KernelCase @case) =>
        op.Reduction == ScatterReduction.Replace || ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.ScatterElements op, KernelCase @case) =>
        new([Placement.Any, Placement.RowMajor, Placement.RowMajor], [Placement.RowMajor]);

    protected override void Run(Ops.ScatterElements op, in KernelCall call)
    {
        StridedCopy.Run(call, call.Case.Inputs[0].Strides);
        if (op.Reduction == ScatterReduction.Replace)
        {
            var (from, to, one) = (call.Case.Inputs[2].Strides, call.Case.Outputs[0].Strides, Dims.Repeat(1, call.Case.Outputs[0].Rank));
            var walk = new Walk(op, call);
            while (walk.MoveNext(call)) StridedCopy.Run(call, 2, one, from, walk.From, to, walk.To);
            return;
        }
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.ScatterElements op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var updates = _call.Source<T>(2);
            var y = _call.Target<T>(0);
            var walk = new Walk(op, _call);
            while (walk.MoveNext(_call))
            {
                T update = updates[walk.From], before = y[walk.To];
                y[walk.To] = op.Reduction switch
                {
                    ScatterReduction.Add => unchecked(before + update),
                    ScatterReduction.Multiply => unchecked(before * update),
                    ScatterReduction.Max => T.Max(before, update),
                    _ => T.Min(before, update),
                };
            }
        }
    }

    /// <summary>Walks the updates and says where each falls.</summary>
    struct Walk(Ops.ScatterElements op, in KernelCall call)
    {
        readonly Strides _strides = call.Case.Outputs[0].Strides;
        readonly int _axis = op.Axis, _size = call.Case.Outputs[0].Sizes[op.Axis];
        Odometer _at = new(call.Case.Inputs[2].Sizes);

        public int From { get; private set; } = -1;

        public int To { get; private set; }

        public bool MoveNext(in KernelCall call)
        {
            if (!_at.MoveNext()) return false;
            From++;
            long index = GatherBox.Index(call, 1, From, _size);
            To = _at.Offset(_strides) + (int)((index - _at[_axis]) * _strides[_axis]);
            return true;
        }
    }
}
