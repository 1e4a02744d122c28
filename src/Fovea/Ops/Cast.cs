namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// The same values in another element type: floats to integers towards zero, saturating; numbers to truth: x ≠ 0. ONNX: Cast.
    /// </summary>
    /// <param name="To">The element type of the output.</param>
    public sealed record Cast(ElementType To) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            return [inputs[0] with { Element = To }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [context.Inputs[0].ElementType.IsFloating() ? context.OutputGradient.Cast(context.Inputs[0].ElementType) : null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Cast(attributes.Value(To));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Cast(ElementType.Float64), SampleInput.Of([2, 3])),
            new(new Cast(ElementType.Int32), SampleInput.Of([2, 3])) { NotDifferentiable = "it rounds" },
            new(new Cast(ElementType.Bool), SampleInput.Of([2, 3])) { NotDifferentiable = "it gives truth values" },
            new(new Cast(ElementType.Float32), SampleInput.Indices([4, 2], -9, 9)) { NotDifferentiable = "its input is integers" },
            new(new Cast(ElementType.Float32), new SampleInput(new(ElementType.Bool, [5]), SampleValues.Truth))
            {
                NotDifferentiable = "its input is truth values",
            },
        ];
    }
}

namespace Fovea
{
    using Fovea.Tensors;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>The same values in another element type.</summary>
            public Tensor Cast(ElementType to) => to == x.ElementType ? x : Tensor.Apply(new Ops.Cast(to), x);
        }
    }
}
