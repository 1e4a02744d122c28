using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Reduce;

/// <summary>Joins elements along axes, in row-major order of the input; sums of floating numbers in double.</summary>
sealed class Naive : Kernel<Ops.Reduce>
{
    public override string Name => "Reduce.naive";

    protected override bool Supports(Ops.Reduce op, KernelCase @case) => ElementTypeDispatch.IsNumeric(@case.Inputs[0].Element);

    protected override LayoutRule Layouts(Ops.Reduce op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Reduce op, in KernelCall call)
    {
        var body = new Body(op, call);
        ElementTypeDispatch.Numeric(call.Case.Inputs[0].Element, ref body);
    }

    readonly ref struct Body(Ops.Reduce op, KernelCall call) : INumericBody
    {
        readonly KernelCall _call = call;

        public void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var x = _call.Source<T>(0);
            var y = _call.Target<T>(0);
            var type = _call.Case.Inputs[0];
            Span<int> kept = stackalloc int[Dims.Capacity], joined = stackalloc int[Dims.Capacity];
            for (int axis = 0; axis < type.Rank; axis++)
            {
                bool reduced = op.Axes.AsSpan().Contains(axis);
                kept[axis] = reduced ? 1 : type.Sizes[axis];
                joined[axis] = reduced ? type.Sizes[axis] : 1;
            }
            Dims keptSizes = new(kept[..type.Rank]), joinedSizes = new(joined[..type.Rank]);
            var strides = type.Strides;
            long count = joinedSizes.Product();
            if (count == 0 && op.How is Reduction.Max or Reduction.Min && y.Length > 0)
                throw new InvalidOperationException($"{op.How} of no elements has no value (input {type.Sizes}, axes {op.Axes}).");
            bool floating = type.Element.IsFloating();
            var outer = new Odometer(keptSizes);
            for (int i = 0; outer.MoveNext(); i++)
            {
                int start = outer.Offset(strides);
                y[i] = floating ? Floating(x, start, strides, joinedSizes, count) : Integer(x, start, strides, joinedSizes, count);
            }
        }

        T Floating<T>(ReadOnlySpan<T> x, int start, in Strides strides, Dims sizes, long count) where T : INumber<T>
        {
            double value = op.How switch
            {
                Reduction.Max => double.NegativeInfinity,
                Reduction.Min => double.PositiveInfinity,
                Reduction.Product => 1,
                _ => 0,
            };
            var inner = new Odometer(sizes);
            while (inner.MoveNext())
            {
                double element = double.CreateTruncating(x[start + inner.Offset(strides)]);
                value = op.How switch
                {
                    Reduction.Max => Math.Max(value, element),
                    Reduction.Min => Math.Min(value, element),
                    Reduction.Product => value * element,
                    Reduction.L1 => value + Math.Abs(element),
                    Reduction.L2 or Reduction.SumOfSquares => value + element * element,
                    _ => value + element,
                };
            }
            return T.CreateTruncating(op.How switch
            {
                Reduction.Mean => value / count,
                Reduction.L2 => Math.Sqrt(value),
                _ => value,
            });
        }

        T Integer<T>(ReadOnlySpan<T> x, int start, in Strides strides, Dims sizes, long count) where T : INumber<T>, IMinMaxValue<T>
        {
            var value = op.How switch { Reduction.Max => T.MinValue, Reduction.Min => T.MaxValue, Reduction.Product => T.One, _ => T.Zero };
            var inner = new Odometer(sizes);
            while (inner.MoveNext())
            {
                var element = x[start + inner.Offset(strides)];
                value = op.How switch
                {
                    Reduction.Max => T.Max(value, element),
                    Reduction.Min => T.Min(value, element),
                    Reduction.Product => unchecked(value * element),
                    Reduction.L1 => unchecked(element < T.Zero ? value - element : value + element),
                    Reduction.SumOfSquares => unchecked(value + element * element),
                    _ => unchecked(value + element),
                };
            }
            return op.How == Reduction.Mean && count > 0 ? value / T.CreateTruncating(count) : value;
        }
    }
}
