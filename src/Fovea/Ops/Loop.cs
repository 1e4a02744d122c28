using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// A body run again and again: while turn &lt; count and condition: (condition, states, y[turn], …) = body(turn, states, captured, …).
    /// How often is known when the graph runs. ONNX: Loop.
    /// Inputs: the count, an int64 scalar; the condition before the first turn, a truth value; the first states; what the body captures.
    /// The body takes the number of the turn, an int64 scalar, the states, and what it captures; it gives the condition, states of the
    /// same types, then what is stacked.
    /// Outputs: how many turns were made, an int64 scalar; the last states; what each turn gave, stacked along a new axis 0 of Maximum
    /// elements, 0 beyond the last turn; and, for the gradient, the states before each turn, stacked alike.
    /// </summary>
    /// <param name="Body">The body.</param>
    /// <param name="States">How many states are carried from turn to turn.</param>
    /// <param name="Maximum">
    /// No more turns than this are made; −1 where there is no such bound. Memory is planned before the graph runs, so what is stacked, and
    /// a gradient, need one.
    /// </param>
    /// <param name="Keeps">Whether the states before each turn are given, too.</param>
    public sealed record Loop(Region Body, int States, Dim Maximum, bool Keeps = false) : RegionOp
    {
        // What is written out to be compared.
        const int MostUnrolled = 16;

        /// <inheritdoc/>
        public override IReadOnlyList<(string Name, Region Body)> Bodies => [(nameof(Body), Body)];

        /// <summary>Whether no maximum is declared.</summary>
        public bool IsUnbounded => Maximum == -1;

        internal override Op? Keeping => Keeps || IsUnbounded ? null : this with { Keeps = true };

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1 + Body.Inputs.Count, 1 + Body.Inputs.Count);
            if (States < 0 || States >= Body.Inputs.Count || States >= Body.Outputs.Count)
                throw inputs.Fail($"carries {States} states; its body has {Body.Inputs.Count} inputs and {Body.Outputs.Count} outputs, of "
                    + "which one is the turn and one the condition.");
            TensorType count = new(ElementType.Int64, Shape.Scalar), truth = new(ElementType.Bool, Shape.Scalar);
            if (inputs[0] != count || inputs[1] != truth)
                throw inputs.Fail($"takes a count (Int64 scalar) and a condition (Bool scalar), not {inputs[0]} and {inputs[1]}.");
            if (Body.Inputs[0] != count || Body.Outputs[0] != truth)
                throw inputs.Fail($"has a body that takes the turn (Int64 scalar) and gives a condition (Bool scalar), not "
                    + $"{Body.Inputs[0]} and {Body.Outputs[0]}: Reshape to a scalar.");
            if (!IsUnbounded && Maximum.IsKnown && Maximum.Value is < 0 or > int.MaxValue)
                throw inputs.Fail($"cannot make {Maximum} turns.");
            Require(inputs, 2, Body, 1, Body.Inputs.Count - 1);
            if (IsUnbounded && (Keeps || Body.Outputs.Count > 1 + States))
                throw inputs.Fail("stacks what its turns give, and must declare how many turns it makes at most: give it a maximum.");
            var outputs = new List<TensorType> { count };
            for (int i = 1; i <= States; i++)
            {
                if (!Same(inputs, Body.Inputs[i], Body.Outputs[i]))
                    throw inputs.Fail($"carries a state that changes its type: state {i - 1} goes in as {Body.Inputs[i]} and comes out as "
                        + $"{Body.Outputs[i]}. BroadcastTo, Reshape or Cast keeps it as it was.");
                outputs.Add(Body.Inputs[i]);
            }
            for (int i = 1 + States; i < Body.Outputs.Count; i++) outputs.Add(Stacked(inputs, Body.Outputs[i], Maximum));
            for (int i = 1; Keeps && i <= States; i++) outputs.Add(Stacked(inputs, Body.Inputs[i], Maximum));
            return [.. outputs];
        }

        /// <summary>
        /// A scan back over the kept states, in which turns that were not made change nothing; each computes the body again, as far as its
        /// gradient needs it.
        /// </summary>
        public override Tensor?[] Gradient(GradientContext context)
        {
            if (IsUnbounded)
                throw new UnsupportedOperatorException($"{Name} has no gradient without a bound of its turns: the states before each turn "
                    + "must be kept. Give it a maximum, or make a fixed number of turns.");
            var inputs = context.Inputs;
            int captured = 2 + States, stacked = Body.Outputs.Count;
            var outputs = Keeps ? context.Outputs : Tensor.ApplyAll(Keeping!, [.. inputs]);
            var turns = outputs[0];

            // Numbers of the body's inputs, which stand one further back among the operator's.
            int[] carried = [.. RegionBodies.Floating(Body.Inputs.Skip(1).Take(States)).Select(i => i + 1)];
            int[] sums = [.. Enumerable.Range(captured, inputs.Count - captured).Where(context.Needs).Select(i => i - 1)];
            int[] given = [.. Enumerable.Range(1 + States, stacked - 1 - States).Where(i => context.OutputGradients[i] is not null)];
            int[] added = [.. carried.Where(i => Keeps && context.OutputGradients[stacked - 1 + i] is not null)];
            Tensor[] first =
            [
                .. carried.Select(i => context.OutputGradients[i] ?? RegionBodies.Zeros(Body.Inputs[i])),
                .. sums.Select(i => RegionBodies.Zeros(Body.Inputs[i])),
                ((Scalar)Maximum).ToTensor(ElementType.Int64) - 1,
            ];
            Tensor[] walked =
            [
                .. outputs.Skip(stacked).Take(States), .. given.Select(i => context.OutputGradients[i]!),
                .. added.Select(i => context.OutputGradients[stacked - 1 + i]!),
            ];
            var (last, _) = Tensor.Scan(first, walked, Maximum, (state, elements) =>
            {
                var turn = state[^1];
                var gradients = state[..^1];
                var next = Tensor.If(turn < turns, () =>
                {
                    Tensor[] all = [turn, .. elements.Take(States), .. inputs.Skip(captured)];
                    return Turn(RegionBodies.Inside(all), RegionBodies.Inside(gradients), RegionBodies.Inside(elements.Skip(States)));
                }, () => gradients);
                return ([.. next, turn - 1], []);
            }, reverse: true);

            var result = new Tensor?[inputs.Count];
            for (int i = 0; i < carried.Length; i++) result[1 + carried[i]] = last[i];
            for (int i = 0; i < sums.Length; i++) result[1 + sums[i]] = last[carried.Length + i];
            return result;

            Tensor[] Turn(Tensor[] all, Tensor[] gradients, Tensor[] elements)
            {
                var seeds = new Tensor?[stacked];
                for (int i = 0; i < carried.Length; i++) seeds[carried[i]] = gradients[i];
                for (int i = 0; i < given.Length; i++) seeds[given[i]] = elements[i];
                var found = RegionBodies.Gradients(context, Body, all, seeds, [.. carried, .. sums]);
                var next = new Tensor[gradients.Length];
                for (int i = 0; i < next.Length; i++)
                {
                    bool isSum = i >= carried.Length;
                    next[i] = isSum ? found[i] is { } gradient ? gradients[i] + gradient : gradients[i] : found[i] ?? gradients[i].Full(0);
                    int extra = isSum ? -1 : Array.IndexOf(added, carried[i]);
                    if (extra >= 0) next[i] += elements[given.Length + extra];
                }
                return next;
            }
        }

        /// <summary>Every turn written out, where they are few: each changes something only where it is made.</summary>
        public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs)
        {
            if (IsUnbounded || !Maximum.IsKnown || Maximum.Value is < 1 or > MostUnrolled) return null;
            int turns = (int)Maximum;
            var made = Tensor.Constant(0, ElementType.Int64);
            Tensor[] states = [.. inputs.Skip(2).Take(States)];
            var condition = inputs[1];
            var stacks = new Tensor[Body.Outputs.Count - 1 - States + (Keeps ? States : 0)][];
            for (int i = 0; i < stacks.Length; i++) stacks[i] = new Tensor[turns];
            for (int turn = 0; turn < turns; turn++)
            {
                var runs = condition & (inputs[0] > turn);
                for (int i = 0; Keeps && i < States; i++)
                    stacks[Body.Outputs.Count - 1 - States + i][turn] = Tensor.Where(runs, states[i], states[i].Full(0));
                var outputs = Body.Apply([Tensor.Constant(turn, ElementType.Int64), .. states, .. inputs.Skip(2 + States)]);
                for (int i = 0; i < States; i++) states[i] = Tensor.Where(runs, outputs[1 + i], states[i]);
                for (int i = 1 + States; i < outputs.Length; i++)
                    stacks[i - 1 - States][turn] = Tensor.Where(runs, outputs[i], outputs[i].Full(0));
                made += runs.Cast(ElementType.Int64);
                condition = runs & outputs[0];
            }
            return [made, .. states, .. stacks.Select(stack => Tensor.Stack(0, stack))];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Loop(attributes.Value(Body, RegionBodies.Read),
            attributes.Value(States), attributes.Value(Maximum), attributes.Value(Keeps));

        /// <summary>Multiply-adds of the body, once a turn of the maximum; of one turn where there is none.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(Body.MultiplyAdds() * (IsUnbounded ? 1 : Maximum), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => RegionSamples.Loop();
    }
}

namespace Fovea
{
    /// <summary>What one turn of a loop gives.</summary>
    /// <param name="Condition">Whether there is another turn, a truth value; null: there is.</param>
    /// <param name="States">The states, of the types that they had.</param>
    /// <param name="Outputs">What is stacked.</param>
    public sealed record LoopTurn(Tensor? Condition, Tensor[] States, params Tensor[] Outputs);

    /// <summary>What a loop gives.</summary>
    /// <param name="Turns">How many turns were made: an int64 scalar.</param>
    /// <param name="States">The last states.</param>
    /// <param name="Outputs">What the turns gave, stacked along a new axis 0 of the maximum; 0 beyond the last turn.</param>
    public sealed record LoopResult(Tensor Turns, Tensor[] States, Tensor[] Outputs);

    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>A computation run a fixed number of times, with states that are carried from turn to turn.</summary>
            /// <param name="turns">How often: a number, or a size of the trace.</param>
            /// <param name="states">The first states.</param>
            /// <param name="body">
            /// From the number of the turn, an int64 scalar from 0, and the states to states of the same types. Tensors and variables of
            /// outside may be used.
            /// </param>
            /// <returns>The last states.</returns>
            /// <exception cref="ShapeMismatchException">A state changes its type.</exception>
            /// <exception cref="InvalidOperationException">The body writes a variable, or draws random numbers.</exception>
            public static Tensor[] Loop(Dim turns, IReadOnlyList<Tensor> states, Func<Tensor, Tensor[], Tensor[]> body)
            {
                ArgumentNullException.ThrowIfNull(states);
                ArgumentNullException.ThrowIfNull(body);
                var (last, _) = Tensor.Scan([Tensor.Constant(0, ElementType.Int64), .. states], [], turns,
                    (s, _) => ([s[0] + 1, .. body(s[0], s[1..])], []), reverse: false);
                return last[1..];
            }

            /// <summary>
            /// A computation run while a condition holds, at most so many times; how often is known when the graph runs. Gradients flow
            /// through it where a maximum is declared: the states before each turn are kept then.
            /// </summary>
            /// <param name="count">How many turns at most, an int64 scalar; null for as many as the condition lets.</param>
            /// <param name="condition">Whether there is a first turn, a truth value; null: there is.</param>
            /// <param name="states">The first states.</param>
            /// <param name="body">
            /// From the number of the turn, an int64 scalar from 0, and the states to the condition of the next turn, states of the same
            /// types, and what is stacked. Tensors and variables of outside may be used.
            /// </param>
            /// <param name="maximum">
            /// No more turns than this are made. It is needed for what is stacked and for gradients, since memory is planned ahead.
            /// </param>
            /// <exception cref="ShapeMismatchException">
            /// A state changes its type; or a turn gives something to be stacked, and there is no maximum.
            /// </exception>
            /// <exception cref="InvalidOperationException">The body writes a variable, or draws random numbers.</exception>
            public static LoopResult Loop(Tensor? count, Tensor? condition, IReadOnlyList<Tensor> states,
                Func<Tensor, Tensor[], LoopTurn> body, Dim? maximum = null)
            {
                ArgumentNullException.ThrowIfNull(states);
                ArgumentNullException.ThrowIfNull(body);
                var traced = TracedBody.Trace([new(ElementType.Int64, Shape.Scalar), .. states.Select(s => s.Type)], x =>
                {
                    var turn = body(x[0], [.. x.Skip(1)]);
                    return turn.States.Length == states.Count
                        ? [AsScalar(turn.Condition ?? Tensor.Constant(1, ElementType.Bool)), .. turn.States, .. turn.Outputs]
                        : throw new ArgumentException($"The body gives {turn.States.Length} states; it is given {states.Count}.");
                });
                var op = new Ops.Loop(traced.ToRegion(traced.Captured), states.Count, maximum ?? -1);
                var results = Tensor.ApplyAll(op,
                [
                    AsScalar(count ?? Tensor.From([long.MaxValue], Shape.Scalar)),
                    AsScalar(condition ?? Tensor.Constant(1, ElementType.Bool)), .. states, .. traced.Captured,
                ]);
                return new(results[0], [.. results.Skip(1).Take(states.Count)], [.. results.Skip(1 + states.Count)]);
            }
        }

        static Tensor AsScalar(Tensor x) => x.Rank > 0 && x.Shape.Count == 1 ? x.Reshape(Shape.Scalar) : x;
    }
}
