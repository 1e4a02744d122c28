namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>The input itself; gradients stop here.</summary>
    public sealed record StopGradient : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override bool Reinterprets => true;

        /// <inheritdoc/>
        public override bool BlocksGradient => true;

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            [new(this, SampleInput.Of([2, 3])) { NotDifferentiable = "gradients stop here on purpose" }];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// The same value, treated as a constant by gradients. A loop that carries a value from turn to turn needs it.
            /// </summary>
            public Tensor StopGradient() => Tensor.Apply(new Ops.StopGradient(), x);
        }
    }
}
