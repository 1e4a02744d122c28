using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// A gated recurrent unit over sequences (Cho and others, 2014): with a = w · x[t] + b, cut into three as r and s = r · h + rb are,
    /// reset = σ(a₀ + s₀), update = σ(a₁ + s₁), new = tanh(a₂ + reset · s₂), h = (1 − update) · new + update · h, y[t] = h.
    /// The blocks are reset, update and new, as in PyTorch. Beyond a sequence's length y is 0 and the state stays.
    /// Inputs: x N, L, I; w 3H, I; r 3H, H; b 3H; rb 3H; h N, H; lengths N, int64 (may be absent: L).
    /// Outputs: y N, L, H; the last h N, H; and, for the gradient, reset, update, new and s₂ N, L, 4H.
    /// </summary>
    /// <param name="Reverse">Whether each sequence is walked from its end; y stands at the places of x.</param>
    /// <param name="LinearBeforeReset">
    /// Whether reset multiplies the recurrent product, as in PyTorch; otherwise it multiplies h before the product:
    /// s₂ = r₂ · (reset · h) + rb₂ and new = tanh(a₂ + s₂), as in the paper. (What is kept in the place of s₂ is then reset · h.)
    /// </param>
    /// <param name="Keeps">Whether the gates are given, too.</param>
    public sealed record Gru(bool Reverse = false, bool LinearBeforeReset = true, bool Keeps = false) : Op
    {
        internal const int Gates = 3;

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            var (batch, steps, state) = RecurrentInputs.Check(inputs, Gates, biases: 2, states: 1);
            var element = inputs[0].Element;
            TensorType y = new(element, [batch, steps, state]), last = new(element, [batch, state]);
            return Keeps ? [y, last, new(element, [batch, steps, state * 4])] : [y, last];
        }

        internal override Op? Keeping => Keeps ? null : this with { Keeps = true };

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var inputs = context.Inputs;
            if (context.OutputGradients.Skip(2).Any(g => g is not null))
                throw new UnsupportedOperatorException($"{Name} has no gradient through what it keeps: {RecurrentInputs.OnceOnly}.");
            var kept = Keeps ? context.Outputs : Tensor.ApplyAll(Keeping!, [.. inputs]);
            Tensor[] given =
            [
                inputs[2], inputs[5], kept[0], kept[2], RecurrentInputs.Given(context, 0), RecurrentInputs.Given(context, 1),
                .. inputs.Skip(6),
            ];
            var found = Tensor.ApplyAll(new GruGradient(Reverse, LinearBeforeReset), given);
            var (dx, dw, db) = RecurrentInputs.Projection(context, inputs[0], found[0], 0, 1, 3);
            Tensor? dr = null;
            if (context.Needs(2))
            {
                Tensor sums = RecurrentInputs.Rows(found[1]), previous = RecurrentInputs.Rows(found[2]);
                if (LinearBeforeReset) dr = sums.MatMul(previous, transposeX: true);
                else
                {
                    // The third block met reset · h.
                    Dim state = inputs[5].Shape[1];
                    var reset = RecurrentInputs.Rows(kept[2].Slice(2, state * 3, state));
                    dr = Tensor.Concat(0, sums.Slice(1, 0, state * 2).MatMul(previous, transposeX: true),
                        sums.Slice(1, state * 2, state).MatMul(reset, transposeX: true));
                }
            }
            var drb = context.Needs(4) ? RecurrentInputs.Rows(found[1]).Sum(0) : null;
            return [dx, dw, dr, db, drb, found[3], .. inputs.Skip(6).Select(_ => (Tensor?)null)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Gru(attributes.Value(Reverse), attributes.Value(LinearBeforeReset), attributes.Value(Keeps));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * ((inputs[1].Shape[1] + inputs[2].Shape[1]) * Gates + 2), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var (reverse, linear) in ((bool, bool)[])[(false, true), (true, true), (false, false), (true, false)])
                foreach (var @case in RecurrentInputs.Cases())
                    yield return new(new Gru(reverse, linear), RecurrentInputs.SampleInputs(Gates, 2, 1, @case))
                    {
                        NotTwiceDifferentiable = RecurrentInputs.OnceOnly,
                    };
            foreach (var @case in RecurrentInputs.Cases().Take(2))
                yield return new(new Gru(@case.Lengths, @case.Lengths, Keeps: true), RecurrentInputs.SampleInputs(Gates, 2, 1, @case))
                {
                    NotDifferentiable = RecurrentInputs.KeptForGradient,
                };
        }
    }

    /// <summary>
    /// The gradient of <see cref="Gru"/> through time: from the gradients of y and of the last state, walking back, those of each step's
    /// sums da = ∂loss/∂a and ds = ∂loss/∂s and of the first state. What is left are products: dx = da · w, dw = Σ daᵀ · x,
    /// dr = Σ dsᵀ · previous h.
    /// Inputs: r 3H, H; h N, H; y N, L, H; what was kept N, L, 4H; dy N, L, H; dh N, H; lengths N (may be absent).
    /// Outputs: da N, L, 3H; ds N, L, 3H; the h before each step N, L, H; dh N, H of the first state.
    /// </summary>
    /// <param name="Reverse">Whether the sequences were walked from their ends.</param>
    /// <param name="LinearBeforeReset">Whether reset multiplied the recurrent product.</param>
    public sealed record GruGradient(bool Reverse = false, bool LinearBeforeReset = true) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(6, 7);
            inputs.RequireFloating(0);
            var y = inputs[2].Shape;
            if (y.Rank != 3) throw inputs.Fail($"takes outputs of three axes (batch, steps, state), not {y}.");
            Dim batch = y[0], steps = y[1], state = y[2];
            RecurrentInputs.Require(inputs, 0, "recurrent weights", state * Gru.Gates, state);
            foreach (int i in (int[])[1, 5]) RecurrentInputs.Require(inputs, i, "a state or its gradient", batch, state);
            RecurrentInputs.Require(inputs, 3, "gates", batch, steps, state * 4);
            RecurrentInputs.Require(inputs, 4, "an output gradient", batch, steps, state);
            RecurrentInputs.CheckLengths(inputs, 6, batch);
            var sums = inputs[2] with { Shape = [batch, steps, state * Gru.Gates] };
            return [sums, sums, inputs[2], inputs[1]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => throw new UnsupportedOperatorException(
            $"Gru has no second derivative: {RecurrentInputs.OnceOnly}.");

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new GruGradient(attributes.Value(Reverse), attributes.Value(LinearBeforeReset));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (inputs[0].Shape[1] + 3), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var (reverse, linear) in ((bool, bool)[])[(false, true), (true, true), (false, false), (true, false)])
                foreach (var (n, l, _, h, lengths) in RecurrentInputs.Cases())
                {
                    Shape all = [n, l, h], last = [n, h];
                    List<SampleInput> inputs = [new Shape(3 * h, h), last, all, new Shape(n, l, 4 * h), all, last];
                    if (lengths) inputs.Add(SampleInput.Indices([n], 0, l + 1));
                    yield return new(new GruGradient(reverse, linear), [.. inputs]) { NotDifferentiable = RecurrentInputs.OnceOnly };
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
            /// A gated recurrent unit over sequences, in one direction; <see cref="Modules.Gru"/> has layers and both directions.
            /// </summary>
            /// <param name="weight">3H, I: for reset, update and new, as in PyTorch.</param>
            /// <param name="recurrent">3H, H.</param>
            /// <param name="bias">3H, or null.</param>
            /// <param name="recurrentBias">3H, or null.</param>
            /// <param name="hidden">The first state N, H; zeros if null.</param>
            /// <param name="lengths">N, int64: how many steps of each sequence count; all if null. y is 0 beyond.</param>
            /// <param name="reverse">Whether sequences are walked from their ends.</param>
            /// <param name="linearBeforeReset">Whether the reset gate multiplies the recurrent product (PyTorch), not the state (paper).
            /// </param>
            /// <returns>y N, L, H; the last state N, H.</returns>
            /// <exception cref="ShapeMismatchException">Sizes do not fit.</exception>
            public (Tensor Output, Tensor Hidden) Gru(Tensor weight, Tensor recurrent, Tensor? bias = null, Tensor? recurrentBias = null,
                Tensor? hidden = null, Tensor? lengths = null, bool reverse = false, bool linearBeforeReset = true)
            {
                bias ??= Absent(x, recurrent, recurrent.Shape[0]);
                recurrentBias ??= Absent(x, recurrent, recurrent.Shape[0]);
                hidden ??= Absent(x, recurrent, x.Shape[0], recurrent.Shape[-1]);
                var op = new Ops.Gru(reverse, linearBeforeReset);
                var y = lengths is null ? Tensor.ApplyAll(op, x, weight, recurrent, bias, recurrentBias, hidden)
                    : Tensor.ApplyAll(op, x, weight, recurrent, bias, recurrentBias, hidden, lengths);
                return (y[0], y[1]);
            }
        }
    }
}
