using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>y = eˣ / Σ eˣ along one axis: positive numbers that sum to 1. The output is like the input.</summary>
    /// <param name="Axis">The axis, counted from 0.</param>
    public sealed record Softmax(int Axis) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            Check(inputs, Axis);
            return [inputs[0]];
        }

        internal static void Check(Inputs inputs, int axis)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            if (axis < 0 || axis >= inputs[0].Rank) throw inputs.Fail($"has no axis {axis} in {inputs[0].Shape}: count from 0.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var weighted = context.OutputGradient * context.Outputs[0];
            return [weighted - context.Outputs[0] * weighted.Sum([Axis], keepAxes: true)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Softmax(attributes.Value(Axis));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Axis < 2 ? inputs[0] : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            Cases().Select(c => new Sample(new Softmax(c.Axis), c.Shape) { MixesBatch = Mixes(c.Axis) });

        internal static string? Mixes(int axis) => axis == 0 ? "it runs along axis 0" : null;

        internal static IEnumerable<(int Axis, Shape Shape)> Cases() =>
            [(1, [3, 4]), (0, [3, 4]), (1, [2, 3, 4, 2]), (3, [2, 2, 3, 5]), (0, [5]), (1, [2, 1, 3]), (1, [2, 35]), (2, [1, 2, 70])];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>eˣ / Σ eˣ along an axis (negative: from the end).</summary>
            public Tensor Softmax(int axis = -1) => Tensor.Apply(new Softmax(x.Shape.Axis(axis)), x);

            /// <summary>x − ln Σ eˣ along an axis (negative: from the end).</summary>
            public Tensor LogSoftmax(int axis = -1) => Tensor.Apply(new LogSoftmax(x.Shape.Axis(axis)), x);
        }
    }
}
