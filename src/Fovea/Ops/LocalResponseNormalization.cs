using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y[c] = x[c] / (Bias + Alpha / Size · Σ x²)^Beta, the sum over the Size channels from c − ⌊Size / 2⌋ on, those that there are
    /// (Krizhevsky and others, 2012). As in PyTorch; ONNX's LRN agrees where Size is odd. Input: N, C, spatial. Output: like x.
    /// </summary>
    /// <param name="Size">How many channels are summed, from 1.</param>
    /// <param name="Alpha">What the mean of squares is multiplied by.</param>
    /// <param name="Beta">The exponent.</param>
    /// <param name="Bias">What is added to it, often called k.</param>
    public sealed record LocalResponseNormalization(int Size, double Alpha = LocalResponseNormalization.DefaultAlpha,
        double Beta = LocalResponseNormalization.DefaultBeta, double Bias = 1) : Op
    {
        /// <summary>Alpha unless told otherwise.</summary>
        public const double DefaultAlpha = 1e-4;

        /// <summary>Beta unless told otherwise.</summary>
        public const double DefaultBeta = 0.75;

        /// <summary>Channels of a window before its own.</summary>
        internal int Before => Size / 2;

        /// <summary>Channels of a window after its own.</summary>
        internal int After => (Size - 1) / 2;

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            Check(inputs);
            return [inputs[0]];
        }

        internal void Check(Inputs inputs)
        {
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            if (inputs[0].Rank < 2) throw inputs.Fail($"takes N, C and spatial axes; the input is {inputs[0].Shape}.");
            if (Size < 1) throw inputs.Fail($"sums over {Size} channels: 1 is the least.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new LocalResponseNormalizationGradient(Size, Alpha, Beta, Bias), context.Inputs[0], context.OutputGradient)];

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs) => [inputs[0] * Denominator(inputs[0]).Power(-Beta)];

        /// <summary>Bias + Alpha / Size · Σ x².</summary>
        internal Tensor Denominator(Tensor x) => Window(x.Square(), Before, After) * Alpha + Bias;

        /// <summary>The mean over Size channels around each.</summary>
        internal Tensor Window(Tensor x, int before, int after)
        {
            Dim places = 1;
            for (int axis = 2; axis < x.Rank; axis++) places *= x.Shape[axis];
            var plane = x.Reshape(x.Shape[0], 1, x.Shape[1], places);
            return plane.AveragePool([Size, 1], [1, 1], [before, 0, after, 0], countPadding: true).Reshape(x.Shape);
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new LocalResponseNormalization(attributes.Value(Size),
            attributes.Value(Alpha), attributes.Value(Beta), attributes.Value(Bias));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (Size + 2), inputs, outputs);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            Cases().Select(c => new Sample(c.Op, c.X) { SpreadsNaN = BatchNormalization.TermsInAnotherOrder });

        /// <summary>
        /// AlexNet's window; even ones; one channel alone; a window wider than the channels; more channels than a vector is wide.
        /// </summary>
        internal static IEnumerable<(LocalResponseNormalization Op, Shape X)> Cases() =>
        [
            (new(5, 0.1, 0.75, 2), [2, 7, 3, 4]), (new(2, 0.5, 0.5), [2, 3, 5]), (new(4, 0.3, 1.25, 0.5), [1, 37, 2, 2]),
            (new(1, 1, 1), [2, 3, 2]), (new(9, 0.7), [3, 4]), (new(3, 0.2, 0.6, 1.5), [1, 1, 2, 3, 2]), (new(5), [1, 70, 3]),
        ];
    }

    /// <summary>
    /// The gradient of <see cref="LocalResponseNormalization"/>. With d = Bias + Alpha / Size · Σ x²:
    /// dx[c] = dy[c] · d[c]^−Beta − 2 · Alpha · Beta / Size · x[c] · Σ dy · x · d^(−Beta − 1), the sum over the channels whose windows hold
    /// c.
    /// Inputs: x N, C, spatial; dy like x. Output: like x.
    /// </summary>
    /// <param name="Size">How many channels are summed.</param>
    /// <param name="Alpha">What the mean of squares is multiplied by.</param>
    /// <param name="Beta">The exponent.</param>
    /// <param name="Bias">What is added to it.</param>
    public sealed record LocalResponseNormalizationGradient(int Size, double Alpha = LocalResponseNormalization.DefaultAlpha,
        double Beta = LocalResponseNormalization.DefaultBeta, double Bias = 1) : Op
    {
        internal LocalResponseNormalization Forward => new(Size, Alpha, Beta, Bias);

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            Forward.Check(inputs);
            NormalizationInputs.RequireLikeInput(inputs, 1);
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            Tensor x = inputs[0], dy = inputs[1];
            var d = Forward.Denominator(x);
            // The windows that hold a channel begin before it by as much as its own ends after it.
            var spread = Forward.Window(dy * x * d.Power(-Beta - 1), Forward.After, Forward.Before);
            return [dy * d.Power(-Beta) - 2 * Alpha * Beta * x * spread];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new LocalResponseNormalizationGradient(attributes.Value(Size),
            attributes.Value(Alpha), attributes.Value(Beta), attributes.Value(Bias));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (2 * Size + 6), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => LocalResponseNormalization.Cases().Select(c => new Sample(
            new LocalResponseNormalizationGradient(c.Op.Size, c.Op.Alpha, c.Op.Beta, c.Op.Bias), c.X, c.X)
        {
            SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
        });
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
            /// Divides each channel by a power of the squares around it: x[c] / (bias + alpha / size · Σ x²)^beta, the sum over the size
            /// channels from c − ⌊size / 2⌋ on.
            /// </summary>
            /// <param name="size">How many channels are summed.</param>
            /// <param name="alpha">What the mean of squares is multiplied by.</param>
            /// <param name="beta">The exponent.</param>
            /// <param name="bias">What is added to it, often called k.</param>
            /// <exception cref="Errors.ShapeMismatchException">The size is less than 1, or there is no channel axis.</exception>
            public Tensor LocalResponseNormalization(int size, double alpha = Ops.LocalResponseNormalization.DefaultAlpha,
                double beta = Ops.LocalResponseNormalization.DefaultBeta, double bias = 1) =>
                Tensor.Apply(new LocalResponseNormalization(size, alpha, beta, bias), x);
        }
    }
}
