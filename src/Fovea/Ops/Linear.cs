using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// A fully connected layer: y[…, o] = bias[o] + Σ over i of x[…, i] · w[o, i].
    /// Inputs: x …, I; weights O, I; bias O (may be absent). Output: …, O.
    /// </summary>
    public sealed record Linear : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 3);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape x = inputs[0].Shape, weight = inputs[1].Shape;
            if (weight.Rank != 2) throw inputs.Fail($"takes weights of two axes (outputs, inputs), not {weight}.");
            if (x.Rank < 1) throw inputs.Fail("takes features along the last axis; a scalar has none.");
            if (!inputs.AreEqual(x[-1], weight[1]))
                throw inputs.Fail($"expects {weight[1]} input features (weights {weight}); the input {x} has {x[-1]} along its last axis"
                    + (x.Rank > 2 ? $": Flatten gives {x.Slice(1, x.Rank - 1).Count}." : "."));
            if (inputs.Count == 3 && (inputs[2].Rank != 1 || !inputs.AreEqual(inputs[2].Shape[0], weight[0])))
                throw inputs.Fail($"expects a bias of {weight[0]}, one number an output feature; it is {inputs[2].Shape}.");
            return [new(inputs[0].Element, x.With(-1, weight[0]))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], weight = context.Inputs[1];
            var rows = x.Shape.Slice(0, x.Rank - 1).Count;
            var dy = context.OutputGradient.Reshape(new Shape(rows, weight.Shape[0]));
            var dx = context.Needs(0) ? dy.MatMul(weight).Reshape(x.Shape) : null;
            var dw = context.Needs(1) ? dy.MatMul(x.Reshape(new Shape(rows, weight.Shape[1])), transposeX: true) : null;
            return context.Inputs.Count == 2 ? [dx, dw] : [dx, dw, context.Needs(2) ? dy.Sum(0) : null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * inputs[1].Shape[1], inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(this, new Shape(3, 4), new Shape(5, 4), new Shape(5)),
            new(this, new Shape(3, 4), new Shape(5, 4)),
            new(this, new Shape(1, 1), new Shape(1, 1), new Shape(1)),
            new(this, new Shape(1, 70), new Shape(35, 70), new Shape(35)),
            new(this, new Shape(17, 33), new Shape(1, 33), new Shape(1)),
            new(this, new Shape(2, 3, 4), new Shape(5, 4), new Shape(5)),
            new(this, new Shape(6), new Shape(2, 6)),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">Features along the last axis.</param>
        extension(Tensor x)
        {
            /// <summary>A fully connected layer over the last axis: x · weightᵀ + bias.</summary>
            /// <param name="weight">O, I.</param>
            /// <param name="bias">One number an output feature, or null.</param>
            /// <returns>…, O.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The last axis is not I long.</exception>
            public Tensor Linear(Tensor weight, Tensor? bias = null) =>
                bias is null ? Tensor.Apply(new Linear(), x, weight) : Tensor.Apply(new Linear(), x, weight, bias);
        }
    }
}
