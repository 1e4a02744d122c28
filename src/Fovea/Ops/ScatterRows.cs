using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// x with some rows replaced: y[positions[k]] = rows[k], one after the other, so that of two for one place the last stays. Where x is
    /// a variable's value and nobody else reads it after, only these rows are touched.
    /// Inputs: x, of any element type; rows, of x's type, its axis 0 their number; positions, int32 or int64, negative ones from the end.
    /// Output: like x.
    /// </summary>
    public sealed record ScatterRows : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            Check(inputs, inputs[0], inputs[1]);
            return [inputs[0]];
        }

        /// <summary>Checks x, its rows, and a position for each, which is the last input.</summary>
        internal static void Check(Inputs inputs, TensorType x, TensorType rows)
        {
            int last = inputs.Count - 1;
            Gather.RequireIndices(inputs, last);
            if (x.Rank < 1) throw inputs.Fail("replaces rows along axis 0; a scalar has none.");
            bool fits = rows.Element == x.Element && rows.Rank == x.Rank && inputs[last].Rank == 1
                && inputs.AreEqual(rows.Shape[0], inputs[last].Shape[0]);
            for (int i = 1; fits && i < x.Rank; i++) fits = inputs.AreEqual(x.Shape[i], rows.Shape[i]);
            if (!fits) throw inputs.Fail($"takes rows like those of {x} and a position for each, not {rows} and {inputs[last]}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor dy = context.OutputGradient, positions = context.Inputs[2];
            return
            [
                dy.ScatterRows(context.Inputs[1].Full(0), positions),
                Tensor.Apply(new ScatterRowsGradient(), dy, positions),
                null,
            ];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            Of(SampleInput.Of([5, 3]), SampleInput.Of([4, 3]), SampleInput.Indices([4], -5, 5)),
            Of(SampleInput.Of([9, 2, 3]), SampleInput.Of([2, 2, 3]), SampleInput.Indices([2], 0, 9)),
            Of(SampleInput.Of([6]), SampleInput.Of([3]), SampleInput.Indices([3], 2, 3)),
            Of(SampleInput.Of([7, 150]), SampleInput.Of([5, 150]), SampleInput.Indices([5], 0, 7)),
            Of(SampleInput.Of([3, 2]), SampleInput.Of([0, 2]), SampleInput.Indices([0], 0, 1)),
        ];

        Sample Of(params IReadOnlyList<SampleInput> inputs) => new(this, inputs) { MixesBatch = "rows are named by their index" };
    }

    /// <summary>
    /// The rows of x that <see cref="ScatterRows"/> would leave: y[k] = x[positions[k]], but 0 where a later position is the same.
    /// It is the gradient of that operator with respect to its rows, and that one its own.
    /// Inputs: x; positions, int32 or int64, negative ones from the end. Output: a row for each position.
    /// </summary>
    public sealed record ScatterRowsGradient : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            inputs.RequireFloating(0);
            if (inputs[0].Rank < 1 || inputs[1].Rank != 1)
                throw inputs.Fail($"takes rows and a list of positions, not {inputs[0]} and {inputs[1]}.");
            var rows = inputs[0] with { Shape = inputs[0].Shape.With(0, inputs[1].Shape[0]) };
            ScatterRows.Check(inputs, inputs[0], rows);
            return [rows];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [context.Inputs[0].Full(0).ScatterRows(context.OutputGradient, context.Inputs[1]), null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            Of(SampleInput.Of([5, 3]), SampleInput.Indices([7], -5, 5)),
            Of(SampleInput.Of([9, 2, 3]), SampleInput.Indices([2], 0, 9)),
            Of(SampleInput.Of([4]), SampleInput.Indices([3], 1, 2)),
        ];

        Sample Of(params IReadOnlyList<SampleInput> inputs) => new(this, inputs) { MixesBatch = "a later position may be the same" };
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>x with some rows (entries of axis 0) replaced; of two for one place the last stays.</summary>
            /// <param name="rows">The new rows.</param>
            /// <param name="positions">Where each goes; negative ones count from the end.</param>
            /// <exception cref="Errors.ShapeMismatchException">
            /// The rows are not like those of x, or not as many as the positions.
            /// </exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: a position is outside axis 0.</exception>
            public Tensor ScatterRows(Tensor rows, Tensor positions) => Tensor.Apply(new ScatterRows(), x, rows, positions);
        }
    }
}
