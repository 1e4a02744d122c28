using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The mean of every bin; the bins divide the input among the outputs as <see cref="AdaptiveMaxPool"/> says. Input: N, C, spatial.
    /// Output: N, C, OutputSize.
    /// </summary>
    /// <param name="OutputSize">How many bins along each spatial axis.</param>
    public sealed record AdaptiveAveragePool(Shape OutputSize) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            return [new(inputs[0].Element, AdaptiveBins.Output(inputs, inputs[0].Shape, OutputSize))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new AdaptiveAveragePoolGradient(context.Inputs[0].Shape.Slice(2, OutputSize.Rank)), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new AdaptiveAveragePool(attributes.Value(OutputSize));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            AdaptiveBins.Field(inputs[0], types[0].Shape, OutputSize);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            PoolingSamples.Bins().Select(c => new Sample(new AdaptiveAveragePool(c.Outputs), c.Input));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>The mean of every bin, so many bins along each spatial axis whatever the input's size.</summary>
            /// <param name="outputSize">One entry an axis, or one for all; 0 keeps the input's size.</param>
            /// <returns>N, C, outputSize.</returns>
            /// <exception cref="Errors.ShapeMismatchException">An axis is empty, or an entry negative.</exception>
            public Tensor AdaptiveAveragePool(Dims outputSize) => Tensor.Apply(new AdaptiveAveragePool(Bins(x, outputSize)), x);
        }
    }
}
