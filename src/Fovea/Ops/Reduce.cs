namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>How a reduction joins elements.</summary>
    public enum Reduction
    {
        /// <summary>Σx.</summary>
        Sum,
        /// <summary>Σx / n.</summary>
        Mean,
        /// <summary>The largest; NaN where any is.</summary>
        Max,
        /// <summary>The smallest; NaN where any is.</summary>
        Min,
        /// <summary>Πx.</summary>
        Product,
        /// <summary>Σ|x|.</summary>
        L1,
        /// <summary>√Σx², of floating numbers.</summary>
        L2,
        /// <summary>Σx².</summary>
        SumOfSquares,
    }

    /// <summary>
    /// Σx, Σx / n, max, min, Πx, Σ|x|, √Σx² or Σx²: joins the elements along axes into one. ONNX: ReduceSum, ReduceMean, ReduceMax,
    /// ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceSumSquare.
    /// </summary>
    /// <param name="How">How elements are joined.</param>
    /// <param name="Axes">The axes, counted from 0, ascending.</param>
    /// <param name="KeepAxes">Whether reduced axes stay, with size 1.</param>
    public sealed record Reduce(Reduction How, Dims Axes, bool KeepAxes = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
            if (How == Reduction.L2) inputs.RequireFloating(0);
            var dims = new List<Dim>();
            int previous = -1;
            foreach (int axis in Axes.AsSpan())
            {
                if (axis <= previous || axis >= shape.Rank)
                    throw inputs.Fail($"has no axes {Axes} in {shape}: name each once, ascending, from 0.");
                previous = axis;
            }
            for (int i = 0; i < shape.Rank; i++)
            {
                if (!Axes.AsSpan().Contains(i)) dims.Add(shape[i]);
                else if (KeepAxes) dims.Add(1);
            }
            var output = new Shape([.. dims]);
            if (How is Reduction.Max or Reduction.Min && shape.IsKnown && shape.Count == 0 && output.Count != 0)
                throw inputs.Fail($"{How} of no elements has no value (input {shape}, axes {Axes}).");
            return [inputs[0] with { Shape = output }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], gradient = Kept(context.OutputGradient, x), result = Kept(context.Outputs[0], x);
            switch (How)
            {
                case Reduction.Sum:
                    return [gradient.BroadcastTo(x.Shape)];
                case Reduction.Mean:
                    Dim count = 1;
                    foreach (int axis in Axes.AsSpan()) count *= x.Shape[axis];
                    return [(gradient / count).BroadcastTo(x.Shape)];
                case Reduction.Product:
                    return [gradient * ProductOfOthers(x)];
                case Reduction.L1:
                    return [gradient * x.Sign()];
                case Reduction.SumOfSquares:
                    return [gradient * (2 * x)];
                case Reduction.L2:
                    // At 0 every vector of length at most 1 is a subgradient; 0 is the one that leaves x in its minimum.
                    return [x * Tensor.Where(result.EqualTo(0), Tensor.Constant(0, x.ElementType), gradient / result)];
                default:
                    // Ties share the gradient in equal parts: the subgradient that keeps its sum.
                    var winners = x.EqualTo(result).Cast(x.ElementType);
                    return [winners * (gradient / winners.Sum(Axes.AsSpan(), keepAxes: true))];
            }
        }

        /// <summary>For each element the product of all others: those before it times those after it, so that zeros do no harm.</summary>
        Tensor ProductOfOthers(Tensor x)
        {
            var line = AxisLine.Of(x, Axes);
            return line.Undo(line.Value.CumulativeProduct(line.Axis, exclusive: true)
                * line.Value.CumulativeProduct(line.Axis, exclusive: true, reverse: true));
        }

        Tensor Kept(Tensor reduced, Tensor input)
        {
            if (KeepAxes) return reduced;
            var shape = input.Shape;
            foreach (int axis in Axes.AsSpan()) shape = shape.With(axis, 1);
            return reduced.Reshape(shape);
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Reduce(attributes.Value(How), attributes.Value(Axes), attributes.Value(KeepAxes));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var how in Enum.GetValues<Reduction>())
            {
                var values = how is Reduction.Product ? SampleValues.Positive : SampleValues.Distinct;
                yield return new(new Reduce(how, [1]), SampleInput.Of([2, 3, 4], values));
                yield return new(new Reduce(how, [0, 2, 3], true), SampleInput.Of([2, 3, 4, 5], values));
                yield return new(new Reduce(how, [0, 1]), SampleInput.Of([3, 5], values));
                yield return new(new Reduce(how, [2, 3]), SampleInput.Of([2, 17, 3, 3], values));
                yield return new(new Reduce(how, [1], true), SampleInput.Of([3, 1, 2], values));
            }
            // With one zero a product has the gradient of that one; with two it has none.
            yield return new(new Reduce(Reduction.Product, [1]), WithZeros([3, 4]));
            yield return new(new Reduce(Reduction.Product, [0, 2]), WithZeros([2, 2, 3]));
        }

        static SampleInput WithZeros(Shape shape) => new(TensorType.Float(shape), SampleValues.Integers, -1, 3);
    }
}

namespace Fovea
{
    using Fovea.Ops;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>The sum along axes (all when none is named); the axes vanish.</summary>
            public Tensor Sum(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Sum, axes);

            /// <summary>The sum along axes; they stay with size 1 if asked.</summary>
            public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.Sum, axes, keepAxes);

            /// <summary>The mean along axes (all when none is named); the axes vanish.</summary>
            public Tensor Mean(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Mean, axes);

            /// <summary>The mean along axes; they stay with size 1 if asked.</summary>
            public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.Mean, axes, keepAxes);

            /// <summary>The largest along axes (all when none is named); the axes vanish.</summary>
            public Tensor Max(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Max, axes);

            /// <summary>The largest along axes; they stay with size 1 if asked.</summary>
            public Tensor Max(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.Max, axes, keepAxes);

            /// <summary>The smallest along axes (all when none is named); the axes vanish.</summary>
            public Tensor Min(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Min, axes);

            /// <summary>The smallest along axes; they stay with size 1 if asked.</summary>
            public Tensor Min(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.Min, axes, keepAxes);

            /// <summary>The product along axes (all when none is named); the axes vanish. Its gradient is right at zeros, too.</summary>
            public Tensor Product(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Product, axes);

            /// <summary>The product along axes; they stay with size 1 if asked.</summary>
            public Tensor Product(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.Product, axes, keepAxes);

            /// <summary>Σ|x| along axes (all when none is named); the axes vanish.</summary>
            public Tensor L1Norm(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.L1, axes);

            /// <summary>Σ|x| along axes; they stay with size 1 if asked.</summary>
            public Tensor L1Norm(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.L1, axes, keepAxes);

            /// <summary>√Σx² along axes (all when none is named); the axes vanish. Its gradient at 0 is 0.</summary>
            public Tensor L2Norm(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.L2, axes);

            /// <summary>√Σx² along axes; they stay with size 1 if asked. Its gradient at 0 is 0.</summary>
            public Tensor L2Norm(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.L2, axes, keepAxes);

            /// <summary>Σx² along axes (all when none is named); the axes vanish.</summary>
            public Tensor SumOfSquares(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.SumOfSquares, axes);

            /// <summary>Σx² along axes; they stay with size 1 if asked.</summary>
            public Tensor SumOfSquares(ReadOnlySpan<int> axes, bool keepAxes) => x.Reduce(Reduction.SumOfSquares, axes, keepAxes);

            /// <summary>ln Σx along axes (all when none is named); the axes vanish.</summary>
            public Tensor LogSum(params ReadOnlySpan<int> axes) => x.Sum(axes).Log();

            /// <summary>ln Σx along axes; they stay with size 1 if asked.</summary>
            public Tensor LogSum(ReadOnlySpan<int> axes, bool keepAxes) => x.Sum(axes, keepAxes).Log();

            /// <summary>The mean of (x − mean)² along axes (all when none is named); the axes vanish.</summary>
            public Tensor Variance(params ReadOnlySpan<int> axes) => x.Variance(axes, keepAxes: false);

            /// <summary>The mean of (x − mean)² along axes.</summary>
            /// <param name="axes">The axes; all when none is named.</param>
            /// <param name="keepAxes">Whether they stay, with size 1.</param>
            /// <param name="unbiased">Divides by n − 1 instead of n (NaN where n is 1): the estimate from a sample.</param>
            public Tensor Variance(ReadOnlySpan<int> axes, bool keepAxes, bool unbiased = false) =>
                unbiased ? (x - x.Mean(axes, keepAxes: true)).SumOfSquares(axes, keepAxes) / AxisLine.Count(x, axes, 1)
                    : (x - x.Mean(axes, keepAxes: true)).Square().Mean(axes, keepAxes);

            /// <summary>The root of the variance along axes (all when none is named); the axes vanish. Its gradient at 0 is 0.</summary>
            public Tensor StandardDeviation(params ReadOnlySpan<int> axes) => x.StandardDeviation(axes, keepAxes: false);

            /// <summary>The root of the variance along axes. Its gradient at 0 is 0.</summary>
            /// <param name="axes">The axes; all when none is named.</param>
            /// <param name="keepAxes">Whether they stay, with size 1.</param>
            /// <param name="unbiased">Divides by n − 1 instead of n (NaN where n is 1).</param>
            public Tensor StandardDeviation(ReadOnlySpan<int> axes, bool keepAxes, bool unbiased = false) =>
                (x - x.Mean(axes, keepAxes: true)).L2Norm(axes, keepAxes) / AxisLine.Count(x, axes, unbiased ? 1 : 0).Sqrt();

            /// <summary>Joins the elements along axes (all when none is named).</summary>
            public Tensor Reduce(Reduction how, ReadOnlySpan<int> axes, bool keepAxes = false)
            {
                if (x.Rank > 0) return Tensor.Apply(new Ops.Reduce(how, AxisLine.Sorted(x.Shape, axes), keepAxes), x);
                return how switch
                {
                    Reduction.L1 or Reduction.L2 => x.Abs(),
                    Reduction.SumOfSquares => x.Square(),
                    _ => x,
                };
            }
        }
    }
}
