using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The product of matrices: y[…, m, n] = Σ over k of a[…, m, k] · b[…, k, n]; leading axes broadcast.
    /// Inputs: a …, M, K (K, M where transposed); b …, K, N (N, K where transposed). Output: …, M, N.
    /// </summary>
    /// <param name="TransposeA">Whether the last two axes of a are exchanged first.</param>
    /// <param name="TransposeB">Whether the last two axes of b are exchanged first.</param>
    public sealed record MatMul(bool TransposeA = false, bool TransposeB = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape a = inputs[0].Shape, b = inputs[1].Shape;
            if (a.Rank < 2 || b.Rank < 2)
                throw inputs.Fail($"multiplies matrices, of two axes at least; they are {a} and {b}: Unsqueeze a vector first.");
            Dim inner = a[TransposeA ? -2 : -1], other = b[TransposeB ? -1 : -2];
            if (!inputs.AreEqual(inner, other))
                throw inputs.Fail($"cannot multiply {a}{(TransposeA ? " (transposed)" : "")} by {b}{(TransposeB ? " (transposed)" : "")}: "
                    + $"the inner sizes {inner} and {other} differ.");
            var leading = inputs.Broadcast(a.Slice(0, a.Rank - 2), b.Slice(0, b.Rank - 2));
            return [new(inputs[0].Element, Shape.Concat(leading, [a[TransposeA ? -1 : -2], b[TransposeB ? -2 : -1]]))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            // With A and B the matrices after transposing: dA = dY · Bᵀ, dB = Aᵀ · dY; transposed back where they were transposed.
            Tensor a = context.Inputs[0], b = context.Inputs[1], dy = context.OutputGradient;
            return
            [
                !context.Needs(0) ? null
                    : (TransposeA ? b.MatMul(dy, TransposeB, true) : dy.MatMul(b, false, !TransposeB)).SumTo(a.Shape),
                !context.Needs(1) ? null
                    : (TransposeB ? dy.MatMul(a, true, TransposeA) : a.MatMul(dy, !TransposeA, false)).SumTo(b.Shape),
            ];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new MatMul(attributes.Value(TransposeA), attributes.Value(TransposeB));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * inputs[0].Shape[TransposeA ? -2 : -1], inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new MatMul(), new Shape(3, 4), new Shape(4, 5)),
            new(new MatMul(true), new Shape(4, 3), new Shape(4, 5)),
            new(new MatMul(false, true), new Shape(3, 4), new Shape(5, 4)),
            new(new MatMul(true, true), new Shape(4, 3), new Shape(5, 4)),
            new(new MatMul(), new Shape(1, 1), new Shape(1, 1)),
            new(new MatMul(), new Shape(1, 7), new Shape(7, 33)),
            new(new MatMul(), new Shape(17, 1), new Shape(1, 3)),
            new(new MatMul(false, true), new Shape(15, 70), new Shape(35, 70)),
            new(new MatMul(), new Shape(2, 3, 4), new Shape(2, 4, 5)),
            new(new MatMul(), new Shape(5, 3, 4), new Shape(4, 2)),
            new(new MatMul(true), new Shape(2, 1, 4, 3), new Shape(3, 4, 2)),
            new(new MatMul(false, true), new Shape(3, 4), new Shape(2, 3, 5, 4)),
            // Many small ones: whole vectors of columns, tails, either side turned, one column, and one too long to be small.
            new(new MatMul(), new Shape(6, 5, 7), new Shape(6, 7, 16)),
            new(new MatMul(false, true), new Shape(3, 9, 7), new Shape(3, 19, 7)),
            new(new MatMul(true, true), new Shape(3, 6, 4), new Shape(3, 32, 6)),
            new(new MatMul(true), new Shape(2, 8, 9), new Shape(2, 8, 1)),
            new(new MatMul(), new Shape(2, 3, 40), new Shape(2, 40, 5)),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The first matrix, or matrices.</param>
        extension(Tensor x)
        {
            /// <summary>The product of matrices x …, M, K and <paramref name="y"/> …, K, N; leading axes broadcast.</summary>
            /// <param name="y">The second matrix, or matrices.</param>
            /// <param name="transposeX">Whether the last two axes of x are exchanged first.</param>
            /// <param name="transposeY">Whether the last two axes of y are exchanged first.</param>
            /// <exception cref="Errors.ShapeMismatchException">The inner sizes differ, or leading axes do not broadcast.</exception>
            public Tensor MatMul(Tensor y, bool transposeX = false, bool transposeY = false) =>
                Tensor.Apply(new MatMul(transposeX, transposeY), x, y);
        }
    }
}
