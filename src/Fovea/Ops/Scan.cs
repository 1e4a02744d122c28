using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// (states, y[t], …) = body(states, x[t], …, captured, …): a body run once for each element t of axis 0. ONNX: Scan; with a fixed
    /// number of turns and no sequences also Loop.
    /// Inputs: the first states; sequences, each with Turns along axis 0; what the body captures. The body takes the states, one element
    /// of each sequence, and what it captures; it gives states of the same types, then what is stacked.
    /// Outputs: the last states; what each turn gave, stacked along a new axis 0; and, for the gradient, the states before each turn,
    /// stacked.
    /// </summary>
    /// <param name="Body">The body.</param>
    /// <param name="States">How many states are carried from turn to turn.</param>
    /// <param name="Sequences">How many sequences are walked.</param>
    /// <param name="Turns">How many turns: axis 0 of every sequence.</param>
    /// <param name="Reverse">Whether turns go from the last element to the first; what is stacked stands at the element's place.</param>
    /// <param name="Keeps">Whether the states before each turn are given, too.</param>
    public sealed record Scan(Region Body, int States, int Sequences, Dim Turns, bool Reverse = false, bool Keeps = false) : RegionOp
    {
        // What is unrolled to be compared.
        const int MostUnrolled = 64;

        /// <inheritdoc/>
        public override IReadOnlyList<(string Name, Region Body)> Bodies => [(nameof(Body), Body)];

        internal override Op? Keeping => Keeps ? null : this with { Keeps = true };

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(Body.Inputs.Count, Body.Inputs.Count);
            if (States < 0 || Sequences < 0 || (long)States + Sequences > Body.Inputs.Count || States > Body.Outputs.Count)
                throw inputs.Fail($"carries {States} states and walks {Sequences} sequences; its body has {Body.Inputs.Count} inputs and "
                    + $"{Body.Outputs.Count} outputs.");
            if (Turns.IsKnown && Turns.Value is < 0 or > int.MaxValue) throw inputs.Fail($"cannot make {Turns} turns.");
            Require(inputs, 0, Body, 0, States);
            for (int i = States; i < States + Sequences; i++)
            {
                var wanted = Stacked(inputs, Body.Inputs[i], Turns);
                if (!Same(inputs, inputs[i], wanted))
                    throw inputs.Fail($"walks sequences of {Turns} elements along axis 0, here {wanted}; input {i} is {inputs[i]}.");
            }
            Require(inputs, States + Sequences, Body, States + Sequences, Body.Inputs.Count - States - Sequences);
            var outputs = new List<TensorType>();
            for (int i = 0; i < States; i++)
            {
                if (!Same(inputs, Body.Inputs[i], Body.Outputs[i]))
                    throw inputs.Fail($"carries a state that changes its type: state {i} goes in as {Body.Inputs[i]} and comes out as "
                        + $"{Body.Outputs[i]}. BroadcastTo, Reshape or Cast keeps it as it was.");
                outputs.Add(Body.Inputs[i]);
            }
            for (int i = States; i < Body.Outputs.Count; i++) outputs.Add(Stacked(inputs, Body.Outputs[i], Turns));
            for (int i = 0; Keeps && i < States; i++) outputs.Add(Stacked(inputs, Body.Inputs[i], Turns));
            return [.. outputs];
        }

        /// <summary>
        /// A scan the other way round over the kept states: each turn computes the body again, as far as its gradient needs it.
        /// </summary>
        public override Tensor?[] Gradient(GradientContext context)
        {
            int captured = States + Sequences, stacked = Body.Outputs.Count;
            var inputs = context.Inputs;
            var kept = (Keeps ? context.Outputs : Tensor.ApplyAll(Keeping!, [.. inputs])).Skip(stacked).Take(States);
            int[] carried = RegionBodies.Floating(Body.Inputs.Take(States));
            int[] sequences = [.. Enumerable.Range(States, Sequences).Where(context.Needs)];
            int[] sums = [.. Enumerable.Range(captured, inputs.Count - captured).Where(context.Needs)];
            int[] given = [.. Enumerable.Range(States, stacked - States).Where(i => context.OutputGradients[i] is not null)];
            int[] added = [.. carried.Where(i => Keeps && context.OutputGradients[stacked + i] is not null)];

            // Carried: the gradients of the states, then the sums of those of what was captured.
            Tensor[] first =
            [
                .. carried.Select(i => context.OutputGradients[i] ?? RegionBodies.Zeros(Body.Inputs[i])),
                .. sums.Select(i => RegionBodies.Zeros(Body.Inputs[i])),
            ];
            Tensor[] walked =
            [
                .. kept, .. inputs.Skip(States).Take(Sequences), .. given.Select(i => context.OutputGradients[i]!),
                .. added.Select(i => context.OutputGradients[stacked + i]!),
            ];
            var (last, found) = Tensor.Scan(first, walked, Turns, (gradients, elements) =>
            {
                Tensor[] all = [.. elements.Take(captured), .. RegionBodies.Inside(inputs.Skip(captured))];
                var seeds = new Tensor?[stacked];
                for (int i = 0; i < carried.Length; i++) seeds[carried[i]] = gradients[i];
                for (int i = 0; i < given.Length; i++) seeds[given[i]] = elements[captured + i];
                var turn = RegionBodies.Gradients(context, Body, all, seeds, [.. carried, .. sequences, .. sums]);
                var next = new Tensor[gradients.Length];
                for (int i = 0; i < carried.Length; i++)
                {
                    next[i] = turn[i] ?? gradients[i].Full(0);
                    int extra = Array.IndexOf(added, carried[i]);
                    if (extra >= 0) next[i] += elements[captured + given.Length + extra];
                }
                for (int i = 0; i < sums.Length; i++)
                {
                    int at = carried.Length + i;
                    next[at] = turn[carried.Length + sequences.Length + i] is { } gradient ? gradients[at] + gradient : gradients[at];
                }
                return (next, [.. sequences.Select((s, i) => turn[carried.Length + i] ?? all[s].Full(0))]);
            }, !Reverse);

            var result = new Tensor?[inputs.Count];
            for (int i = 0; i < carried.Length; i++) result[carried[i]] = last[i];
            for (int i = 0; i < sums.Length; i++) result[sums[i]] = last[carried.Length + i];
            for (int i = 0; i < sequences.Length; i++) result[sequences[i]] = found[i];
            return result;
        }

        /// <summary>Every turn written out, where they are known and few.</summary>
        public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs)
        {
            if (!Turns.IsKnown || Turns.Value is < 1 or > MostUnrolled) return null;
            int turns = (int)Turns, captured = States + Sequences;
            Tensor[] states = [.. inputs.Take(States)];
            var stacks = new Tensor[Body.Outputs.Count - States + (Keeps ? States : 0)][];
            for (int i = 0; i < stacks.Length; i++) stacks[i] = new Tensor[turns];
            for (int turn = 0; turn < turns; turn++)
            {
                int at = Reverse ? turns - 1 - turn : turn;
                for (int i = 0; Keeps && i < States; i++) stacks[Body.Outputs.Count - States + i][at] = states[i];
                var outputs = Body.Apply([.. states, .. inputs.Skip(States).Take(Sequences).Select(s => s[at]), .. inputs.Skip(captured)]);
                states = outputs[..States];
                for (int i = States; i < outputs.Length; i++) stacks[i - States][at] = outputs[i];
            }
            return [.. states, .. stacks.Select(stack => Tensor.Stack(0, stack))];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Scan(attributes.Value(Body, RegionBodies.Read),
            attributes.Value(States), attributes.Value(Sequences), attributes.Value(Turns), attributes.Value(Reverse),
            attributes.Value(Keeps));

        /// <summary>Multiply-adds of the body, once a turn.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(Body.MultiplyAdds() * Turns, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => RegionSamples.Scan();
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>
            /// A computation run once for each element along an axis, from first to last, with states that are carried from turn to turn.
            /// Gradients flow through it, to any order; the states before each turn are kept for them, and each turn is computed again.
            /// </summary>
            /// <param name="states">The first states.</param>
            /// <param name="sequences">What is walked: all of one size along the axis. At least one.</param>
            /// <param name="body">
            /// From the states and one element of each sequence (without the axis) to states of the same types and what is stacked. Tensors
            /// and variables of outside may be used.
            /// </param>
            /// <param name="axis">The axis that is walked, and along which outputs are stacked.</param>
            /// <param name="reverse">Whether the turns go from the last element to the first; outputs stand at the element's place.</param>
            /// <returns>The last states; what every turn gave, stacked.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A state changes its type, or sequences have different sizes.</exception>
            /// <exception cref="InvalidOperationException">The body writes a variable, or draws random numbers.</exception>
            public static (Tensor[] States, Tensor[] Outputs) Scan(IReadOnlyList<Tensor> states, IReadOnlyList<Tensor> sequences,
                Func<Tensor[], Tensor[], (Tensor[] States, Tensor[] Outputs)> body, int axis = 0, bool reverse = false)
            {
                ArgumentNullException.ThrowIfNull(sequences);
                if (sequences.Count == 0) throw new ArgumentException("A scan walks a sequence at least; Loop makes a number of turns.");
                Tensor[] moved = [.. sequences.Select(s => RegionBodies.Move(s, s.Shape.Axis(axis), 0))];
                var (last, outputs) = Tensor.Scan(states, moved, moved[0].Shape[0], body, reverse);
                return (last, Array.ConvertAll(outputs, y => RegionBodies.Move(y, 0, y.Shape.Axis(axis))));
            }

            /// <summary>
            /// A computation run once for each element of a sequence along an axis, from first to last, with one state that is carried
            /// from turn to turn.
            /// </summary>
            /// <param name="state">The first state.</param>
            /// <param name="sequence">What is walked.</param>
            /// <param name="body">From the state and one element (without the axis) to the next state, of its type, and what is stacked.
            /// </param>
            /// <param name="axis">The axis that is walked, and along which outputs are stacked.</param>
            /// <param name="reverse">Whether the turns go from the last element to the first; outputs stand at the element's place.</param>
            /// <returns>The last state; what every turn gave, stacked.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The state changes its type.</exception>
            /// <exception cref="InvalidOperationException">The body writes a variable, or draws random numbers.</exception>
            public static (Tensor State, Tensor Output) Scan(Tensor state, Tensor sequence,
                Func<Tensor, Tensor, (Tensor State, Tensor Output)> body, int axis = 0, bool reverse = false)
            {
                ArgumentNullException.ThrowIfNull(body);
                var (states, outputs) = Tensor.Scan([state], [sequence], (s, x) =>
                {
                    var (next, output) = body(s[0], x[0]);
                    return ([next], [output]);
                }, axis, reverse);
                return (states[0], outputs[0]);
            }

            /// <summary>A scan along axis 0 of so many turns.</summary>
            internal static (Tensor[] States, Tensor[] Outputs) Scan(IReadOnlyList<Tensor> states, IReadOnlyList<Tensor> sequences,
                Dim turns, Func<Tensor[], Tensor[], (Tensor[] States, Tensor[] Outputs)> body, bool reverse)
            {
                ArgumentNullException.ThrowIfNull(states);
                ArgumentNullException.ThrowIfNull(body);
                int count = states.Count;
                var traced = TracedBody.Trace(
                    [.. states.Select(s => s.Type), .. sequences.Select(s => s.Type with { Shape = s.Shape.Slice(1, s.Rank - 1) })], x =>
                    {
                        var (next, outputs) = body([.. x.Take(count)], [.. x.Skip(count)]);
                        return next.Length == count ? [.. next, .. outputs]
                            : throw new ArgumentException($"The body gives {next.Length} states; it is given {count}.");
                    });
                var op = new Ops.Scan(traced.ToRegion(traced.Captured), count, sequences.Count, turns, reverse);
                var results = Tensor.ApplyAll(op, [.. states, .. sequences, .. traced.Captured]);
                return ([.. results.Take(count)], [.. results.Skip(count)]);
            }
        }
    }
}
