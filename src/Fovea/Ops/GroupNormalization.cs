using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y = (x − mean) / √(variance + epsilon) · scale + shift, where mean and biased variance are those of each sample over a group of
    /// neighbouring channels and all places (Wu and He, 2018). One group normalises the whole sample; as many groups as channels make
    /// instance normalisation (Ulyanov and others, 2016). ONNX: GroupNormalization, InstanceNormalization.
    /// Inputs: x N, C, spatial; scale C; shift C. Output: like x.
    /// </summary>
    /// <param name="Groups">Into how many groups the channels fall; it divides C.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record GroupNormalization(int Groups, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            Check(inputs, Groups, "scale", "shift");
            return [inputs[0]];
        }

        /// <summary>Checks the image, the vectors of channels after it, and that the groups divide the channels.</summary>
        internal static void Check(Inputs inputs, int groups, params ReadOnlySpan<string> vectors)
        {
            BatchNormalization.CheckChannels(inputs, vectors);
            var x = inputs[0].Shape;
            if (!x[1].IsKnown) throw inputs.Fail($"needs a known number of channels; the input is {x}.");
            if (groups < 1 || x[1].Value % groups != 0)
                throw inputs.Fail($"cannot share the {x[1]} channels of {x} among {groups} groups: take a divisor of {x[1]}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [.. Tensor.ApplyAll(new GroupNormalizationGradient(Groups, Epsilon),
            context.Inputs[0], context.Inputs[1], context.OutputGradient)];

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            var x = inputs[0];
            var (centred, deviation) = Normalise(x, Groups, Epsilon);
            var normal = (centred / deviation).Reshape(x.Shape);
            return [normal * inputs[1].AlongChannels(x.Rank) + inputs[2].AlongChannels(x.Rank)];
        }

        /// <summary>x − mean as N, groups, elements of a group; and √(variance + epsilon), N, groups, 1.</summary>
        internal static (Tensor Centred, Tensor Deviation) Normalise(Tensor x, int groups, float epsilon)
        {
            var grouped = Grouped(x, groups);
            var centred = grouped - grouped.Mean([2], keepAxes: true);
            return (centred, (centred.Square().Mean([2], keepAxes: true) + epsilon).Sqrt());
        }

        /// <summary>N, C, spatial as N, groups, elements of a group.</summary>
        internal static Tensor Grouped(Tensor x, int groups)
        {
            Dim length = x.Shape[1].Value / groups;
            for (int axis = 2; axis < x.Rank; axis++) length *= x.Shape[axis];
            return x.Reshape(x.Shape[0], groups, length);
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new GroupNormalization(attributes.Value(Groups), attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * 2, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c =>
            new Sample(new GroupNormalization(c.Groups, 0.1f), c.X, new Shape(c.X[1]), new Shape(c.X[1]))
            {
                SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
            });

        /// <summary>
        /// Images of one to three spatial axes and of none; one group, some, one a channel; one place; more channels than a vector is
        /// wide; more places than one piece of a sum has.
        /// </summary>
        internal static IEnumerable<(int Groups, Shape X)> Cases() =>
        [
            (2, [3, 4, 4, 5]), (1, [2, 3, 3, 3]), (3, [1, 3, 4, 2]), (5, [2, 35, 3, 3]), (3, [6, 12]), (4, [2, 4, 7]),
            (2, [2, 2, 2, 3, 2]), (2, [2, 4, 1, 1]), (1, [1, 1, 5]), (2, [1, 4, 43, 29]),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// Normalises each sample over groups of neighbouring channels and all places: (x − mean) / √(variance + epsilon) · scale +
            /// shift.
            /// </summary>
            /// <param name="groups">Into how many groups the channels fall; as many as channels make instance normalisation.</param>
            /// <param name="scale">C numbers.</param>
            /// <param name="shift">C numbers.</param>
            /// <param name="epsilon">Added to the variance.</param>
            /// <exception cref="Errors.ShapeMismatchException">
            /// The groups do not divide the channels, or a vector has not C numbers.
            /// </exception>
            public Tensor GroupNormalization(int groups, Tensor scale, Tensor shift,
                float epsilon = Ops.BatchNormalization.DefaultEpsilon) =>
                Tensor.Apply(new GroupNormalization(groups, epsilon), x, scale, shift);
        }
    }
}
