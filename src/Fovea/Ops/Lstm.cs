using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// A long short-term memory over sequences (Hochreiter and Schmidhuber, 1997; Gers and others, 2000): with a = w · x[t] + b + r · h,
    /// cut into four, c = σ(a₁) · c + σ(a₀) · tanh(a₂), h = σ(a₃) · tanh(c), y[t] = h. The blocks are input, forget, cell and output gate,
    /// as in PyTorch. Beyond a sequence's length y is 0 and the state stays.
    /// Inputs: x N, L, I; w 4H, I; r 4H, H; b 4H; h N, H; c N, H; lengths N, int64 (may be absent: L).
    /// Outputs: y N, L, H; the last h N, H; the last c N, H; and, for the gradient, the four gates N, L, 4H and each c N, L, H.
    /// </summary>
    /// <param name="Reverse">Whether each sequence is walked from its end; y stands at the places of x.</param>
    /// <param name="Keeps">Whether the gates and cells are given, too.</param>
    public sealed record Lstm(bool Reverse = false, bool Keeps = false) : Op
    {
        internal const int Gates = 4;

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            var (batch, steps, state) = RecurrentInputs.Check(inputs, Gates, biases: 1, states: 2);
            var element = inputs[0].Element;
            TensorType y = new(element, [batch, steps, state]), last = new(element, [batch, state]);
            return Keeps ? [y, last, last, new(element, [batch, steps, state * Gates]), y] : [y, last, last];
        }

        internal override Op? Keeping => Keeps ? null : this with { Keeps = true };

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var inputs = context.Inputs;
            if (context.OutputGradients.Skip(3).Any(g => g is not null))
                throw new UnsupportedOperatorException($"{Name} has no gradient through what it keeps: {RecurrentInputs.OnceOnly}.");
            var kept = Keeps ? context.Outputs : Tensor.ApplyAll(Keeping!, [.. inputs]);
            Tensor[] given =
            [
                inputs[2], inputs[4], inputs[5], kept[0], kept[3], kept[4], RecurrentInputs.Given(context, 0),
                RecurrentInputs.Given(context, 1), RecurrentInputs.Given(context, 2), .. inputs.Skip(6),
            ];
            var found = Tensor.ApplyAll(new LstmGradient(Reverse), given);
            var (dx, dw, db) = RecurrentInputs.Projection(context, inputs[0], found[0], 0, 1, 3);
            var dr = context.Needs(2)
                ? RecurrentInputs.Rows(found[0]).MatMul(RecurrentInputs.Rows(found[1]), transposeX: true) : null;
            return [dx, dw, dr, db, found[2], found[3], .. inputs.Skip(6).Select(_ => (Tensor?)null)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Lstm(attributes.Value(Reverse), attributes.Value(Keeps));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * ((inputs[1].Shape[1] + inputs[2].Shape[1]) * Gates + 3), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (bool reverse in (bool[])[false, true])
                foreach (var @case in RecurrentInputs.Cases())
                    yield return new(new Lstm(reverse), RecurrentInputs.SampleInputs(Gates, 1, 2, @case))
                    {
                        NotTwiceDifferentiable = RecurrentInputs.OnceOnly,
                    };
            foreach (var @case in RecurrentInputs.Cases().Take(2))
                yield return new(new Lstm(Reverse: @case.Lengths, Keeps: true), RecurrentInputs.SampleInputs(Gates, 1, 2, @case))
                {
                    NotDifferentiable = RecurrentInputs.KeptForGradient,
                };
        }
    }

    /// <summary>
    /// The gradient of <see cref="Lstm"/> through time: from the gradients of y and of the last states, walking back, that of each step's
    /// sums da = ∂loss/∂a and of the first states. What is left are products: dx = da · w, dw = Σ daᵀ · x, dr = Σ daᵀ · previous h.
    /// Inputs: r 4H, H; h N, H; c N, H; y N, L, H; gates N, L, 4H; cells N, L, H; dy N, L, H; dh N, H; dc N, H; lengths N (may be
    /// absent). Outputs: da N, L, 4H; the h before each step N, L, H; dh N, H and dc N, H of the first states.
    /// </summary>
    /// <param name="Reverse">Whether the sequences were walked from their ends.</param>
    public sealed record LstmGradient(bool Reverse = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(9, 10);
            inputs.RequireFloating(0);
            var y = inputs[3].Shape;
            if (y.Rank != 3) throw inputs.Fail($"takes outputs of three axes (batch, steps, state), not {y}.");
            Dim batch = y[0], steps = y[1], state = y[2];
            RecurrentInputs.Require(inputs, 0, "recurrent weights", state * Lstm.Gates, state);
            foreach (int i in (int[])[1, 2, 7, 8]) RecurrentInputs.Require(inputs, i, "a state or its gradient", batch, state);
            foreach (int i in (int[])[5, 6]) RecurrentInputs.Require(inputs, i, "cells and an output gradient", batch, steps, state);
            RecurrentInputs.Require(inputs, 4, "gates", batch, steps, state * Lstm.Gates);
            RecurrentInputs.CheckLengths(inputs, 9, batch);
            return [inputs[4], inputs[3], inputs[1], inputs[2]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => throw new UnsupportedOperatorException(
            $"Lstm has no second derivative: {RecurrentInputs.OnceOnly}.");

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new LstmGradient(attributes.Value(Reverse));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (inputs[0].Shape[1] + 3), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (bool reverse in (bool[])[false, true])
                foreach (var (n, l, _, h, lengths) in RecurrentInputs.Cases())
                {
                    Shape all = [n, l, h], last = [n, h];
                    List<SampleInput> inputs = [new Shape(4 * h, h), last, last, all, new Shape(n, l, 4 * h), all, all, last, last];
                    if (lengths) inputs.Add(SampleInput.Indices([n], 0, l + 1));
                    yield return new(new LstmGradient(reverse), [.. inputs]) { NotDifferentiable = RecurrentInputs.OnceOnly };
                }
        }
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, L, I: batch, steps, features.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// A long short-term memory over sequences, in one direction; <see cref="Modules.Lstm"/> has layers and both directions.
            /// Peepholes, clipping and other activations are written with Tensor.Scan.
            /// </summary>
            /// <param name="weight">4H, I: for the input, forget, cell and output gate, as in PyTorch.</param>
            /// <param name="recurrent">4H, H.</param>
            /// <param name="bias">4H, or null (PyTorch's two biases are added up).</param>
            /// <param name="hidden">The first state N, H; zeros if null.</param>
            /// <param name="cell">The first cell N, H; zeros if null.</param>
            /// <param name="lengths">N, int64: how many steps of each sequence count; all if null. y is 0 beyond.</param>
            /// <param name="reverse">Whether sequences are walked from their ends.</param>
            /// <returns>y N, L, H; the last state N, H; the last cell N, H.</returns>
            /// <exception cref="ShapeMismatchException">Sizes do not fit.</exception>
            public (Tensor Output, Tensor Hidden, Tensor Cell) Lstm(Tensor weight, Tensor recurrent, Tensor? bias = null,
                Tensor? hidden = null, Tensor? cell = null, Tensor? lengths = null, bool reverse = false)
            {
                bias ??= Absent(x, recurrent, recurrent.Shape[0]);
                hidden ??= Absent(x, recurrent, x.Shape[0], recurrent.Shape[-1]);
                cell ??= Absent(x, recurrent, x.Shape[0], recurrent.Shape[-1]);
                var op = new Ops.Lstm(reverse);
                var y = lengths is null ? Tensor.ApplyAll(op, x, weight, recurrent, bias, hidden, cell)
                    : Tensor.ApplyAll(op, x, weight, recurrent, bias, hidden, cell, lengths);
                return (y[0], y[1], y[2]);
            }
        }

        /// <summary>Zeros for a bias or a state; a scalar where x and the weights fit no shape: the operator says why.</summary>
        static Tensor Absent(Tensor x, Tensor recurrent, params ReadOnlySpan<Dim> sizes) =>
            Tensor.Constant(0, x.ElementType).BroadcastTo(x.Rank == 3 && recurrent.Rank == 2 ? new Shape(sizes) : Shape.Scalar);
    }
}
