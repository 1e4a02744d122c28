namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>What becomes of an element that an update falls on.</summary>
    public enum ScatterReduction
    {
        /// <summary>The update takes its place; of several the last.</summary>
        Replace,
        /// <summary>The update is added.</summary>
        Add,
        /// <summary>It is multiplied by the update.</summary>
        Multiply,
        /// <summary>The larger of both stays.</summary>
        Max,
        /// <summary>The smaller of both stays.</summary>
        Min,
    }

    /// <summary>
    /// x with updates put, added, multiplied, or compared in along an axis, in the order of the updates: of three axes and Axis 1,
    /// y[i, index[i, j, k], k] = x[i, index[i, j, k], k] ∘ update[i, j, k]. Negative indices count from the end. Inputs: x; indices and
    /// updates of one shape, along the other axes as long as x. ONNX: ScatterElements.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Reduction">What becomes of an element that an update falls on.</param>
    public sealed record ScatterElements(int Axis, ScatterReduction Reduction = ScatterReduction.Replace) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            Gather.RequireIndices(inputs, 1);
            Shape x = inputs[0].Shape, indices = inputs[1].Shape, updates = inputs[2].Shape;
            GatherElements.Check(inputs, x, indices, Axis);
            if (x[Axis] == 0 && !(indices[Axis].IsKnown && indices[Axis].Value == 0))
                throw inputs.Fail($"has nothing along axis {Axis} of {x} that the updates {updates} could fall on.");
            bool fits = indices.Rank == updates.Rank;
            for (int i = 0; fits && i < indices.Rank; i++) fits = inputs.AreEqual(indices[i], updates[i]);
            if (!fits) throw inputs.Fail($"takes one index an update, not {indices} and {updates}.");
            if (inputs[0].Element != inputs[2].Element)
                throw inputs.Fail($"takes updates of the values' element type {inputs[0].Element}, not {inputs[2].Element}: Cast them.");
            if (Reduction != ScatterReduction.Replace && inputs[0].Element == ElementType.Bool)
                throw inputs.Fail("joins numbers, not truth values: Cast them first.");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], indices = context.Inputs[1], updates = context.Inputs[2], y = context.Outputs[0];
            var gradient = context.OutputGradient;
            switch (Reduction)
            {
                case ScatterReduction.Add:
                    return [gradient, null, gradient.GatherElements(indices, Axis)];
                case ScatterReduction.Replace:
                    // Of several updates on one element only the last, whose number is found there, was put.
                    var dx = gradient.ScatterElements(indices, updates.Full(0), Axis);
                    if (!context.Needs(2)) return [dx, null, null];
                    var number = Tensor.Arange(indices.Shape.Count).Reshape(indices.Shape);
                    var none = Tensor.Constant(-1, ElementType.Int64).BroadcastTo(x.Shape);
                    var last = none.ScatterElements(indices, number, Axis).GatherElements(indices, Axis);
                    var put = last.EqualTo(number).Cast(gradient.ElementType);
                    return [dx, null, gradient.GatherElements(indices, Axis) * put];
                case ScatterReduction.Multiply:
                    return [gradient * x.Full(1).ScatterElements(indices, updates, Axis, Reduction), null,
                        context.Needs(2) ? gradient.GatherElements(indices, Axis) * ProductOfOthers(x, indices, updates) : null];
                default:
                    // All that are equal to the winner share the gradient in equal parts: the subgradient that keeps its sum.
                    Tensor own = x.EqualTo(y).Cast(gradient.ElementType);
                    Tensor others = updates.EqualTo(y.GatherElements(indices, Axis)).Cast(gradient.ElementType);
                    var share = gradient / own.ScatterElements(indices, others, Axis, ScatterReduction.Add);
                    return [own * share, null, others * share.GatherElements(indices, Axis)];
            }
        }

        /// <summary>For each update the product of all other factors of its element, which may hold zeros.</summary>
        Tensor ProductOfOthers(Tensor x, Tensor indices, Tensor updates)
        {
            Tensor one = Tensor.Constant(1, x.ElementType), zero = Tensor.Constant(0, x.ElementType);
            Tensor whole = Tensor.Where(x.EqualTo(0), one, x), factors = Tensor.Where(updates.EqualTo(0), one, updates);
            var product = whole.ScatterElements(indices, factors, Axis, Reduction).GatherElements(indices, Axis);
            Tensor isZero = updates.EqualTo(0).Cast(x.ElementType);
            var zeros = x.EqualTo(0).Cast(x.ElementType)
                .ScatterElements(indices, isZero, Axis, ScatterReduction.Add).GatherElements(indices, Axis);
            return Tensor.Where((zeros - isZero).EqualTo(0), product / factors, zero);
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new ScatterElements(attributes.Value(Axis), attributes.Value(Reduction));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var how in Enum.GetValues<ScatterReduction>())
            {
                yield return Case(how, 1, [3, 5], [3, 4], -5);
                yield return Case(how, 0, [4, 3], [6, 3], 0);
                yield return Case(how, 1, [2, 5, 3], [2, 7, 3], 0);
                yield return Case(how, 2, [2, 3, 20], [2, 3, 30], -20);
                yield return Case(how, 0, [4, 3, 2], [2, 3, 2], 0);
            }
        }

        static Sample Case(ScatterReduction how, int axis, Shape x, Shape updates, int from)
        {
            // Of a ladder and steps between its rungs none are equal.
            var values = how is ScatterReduction.Max or ScatterReduction.Min ? SampleValues.Distinct : SampleValues.Normal;
            return new(new ScatterElements(axis, how), SampleInput.Of(x, values), SampleInput.Indices(updates, from, (int)x[axis]),
                SampleInput.Of(updates, how == ScatterReduction.Multiply ? SampleValues.Positive : SampleValues.Normal))
            {
                MixesBatch = axis == 0 ? "updates fall anywhere along axis 0" : null,
            };
        }
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
            /// <summary>x with single elements along an axis replaced by updates, or joined with them, in order.</summary>
            /// <param name="indices">int32 or int64, one an update; negative ones count from the end.</param>
            /// <param name="updates">Of the shape of the indices; along the other axes at most as long as x.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="reduction">What becomes of an element that an update falls on.</param>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index is outside the axis.</exception>
            public Tensor ScatterElements(Tensor indices, Tensor updates, int axis,
                ScatterReduction reduction = ScatterReduction.Replace)
            {
                axis = x.Shape.Axis(axis);
                int other = Ops.GatherElements.Shorter(x.Shape, indices.Shape, axis);
                if (other < 0) return Tensor.Apply(new ScatterElements(axis, reduction), x, indices, updates);
                // What the updates do not reach stays as it is.
                Dim size = indices.Shape[other];
                return Tensor.Concat(other, x.Slice(other, 0, size).ScatterElements(indices, updates, axis, reduction),
                    x.Slice(other, size, x.Shape[other] - size));
            }

            /// <summary>
            /// x with slices replaced by updates, or joined with them, in order: the last axis of <paramref name="indices"/>, of K entries,
            /// names a place in the first K axes of x. ONNX: ScatterND.
            /// </summary>
            /// <param name="indices">int32 or int64; negative ones count from the end.</param>
            /// <param name="updates">The shape of the indices without their last axis, then what is left of x.</param>
            /// <param name="reduction">What becomes of an element that an update falls on.</param>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index is outside its axis.</exception>
            public Tensor ScatterND(Tensor indices, Tensor updates, ScatterReduction reduction = ScatterReduction.Replace)
            {
                var places = IndexRows.Of(x, indices, batchAxes: 0);
                Shape slice = places.Rows.Slice(1, places.Rows.Rank - 1), expected = Shape.Concat(places.Row.Shape, slice);
                if (expected != updates.Shape)
                    throw new Errors.ShapeMismatchException(
                        $"ScatterND of {x.Shape} by indices {indices.Shape} takes updates {expected}, not {updates.Shape}.");
                // Rows of elements: one index for each of them.
                Shape rows = [places.Row.Shape.Count, slice.Count];
                var index = places.Row.Reshape(new Shape(rows[0], 1)).BroadcastTo(rows);
                var values = x.Reshape(new Shape(places.Rows[0], rows[1]));
                return values.ScatterElements(index, updates.Reshape(rows), 0, reduction).Reshape(x.Shape);
            }
        }
    }
}
