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
    }

    /// <summary>Joins the elements along axes into one. ONNX: ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd.</summary>
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
            return [inputs[0] with { Shape = new Shape([.. dims]) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var x = context.Inputs[0];
            var gradient = Kept(context.OutputGradient, x);
            if (How is Reduction.Sum) return [gradient.BroadcastTo(x.Shape)];
            Dim count = 1;
            foreach (int axis in Axes.AsSpan()) count *= x.Shape[axis];
            if (How is Reduction.Mean) return [(gradient / count).BroadcastTo(x.Shape)];
            if (How is Reduction.Product) return [gradient * Kept(context.Outputs[0], x) / x];
            // Ties share the gradient in equal parts: the subgradient that keeps its sum.
            var winners = x.EqualTo(Kept(context.Outputs[0], x)).Cast(x.ElementType);
            return [winners * (gradient / winners.Sum(Axes.AsSpan(), keepAxes: true))];
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
            }
        }
    }
}

namespace Fovea
{
    using Fovea.Ops;
    using Fovea.Tensors;

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

            /// <summary>The smallest along axes (all when none is named); the axes vanish.</summary>
            public Tensor Min(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Min, axes);

            /// <summary>The product along axes (all when none is named); the axes vanish.</summary>
            public Tensor Product(params ReadOnlySpan<int> axes) => x.Reduce(Reduction.Product, axes);

            /// <summary>Joins the elements along axes (all when none is named).</summary>
            public Tensor Reduce(Reduction how, ReadOnlySpan<int> axes, bool keepAxes = false)
            {
                Span<int> sorted = stackalloc int[Dims.Capacity];
                int count = axes.Length == 0 ? x.Rank : axes.Length;
                for (int i = 0; i < count; i++) sorted[i] = axes.Length == 0 ? i : x.Shape.Axis(axes[i]);
                sorted = sorted[..count];
                sorted.Sort();
                return count == 0 ? x : Tensor.Apply(new Ops.Reduce(how, new Dims(sorted), keepAxes), x);
            }
        }
    }
}
