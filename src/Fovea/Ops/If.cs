using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y = condition ? then(x) : else(x): one of two bodies is run, the other not at all. What the bodies capture is the operator's input;
    /// both give outputs of the same types. ONNX: If.
    /// Inputs: the condition, a truth value; then those of both bodies. Outputs: those of the body that was run.
    /// </summary>
    /// <param name="Then">The body that is run where the condition holds.</param>
    /// <param name="Else">The body that is run where it does not; of the same inputs.</param>
    public sealed record If(Region Then, Region Else) : RegionOp
    {
        /// <inheritdoc/>
        public override IReadOnlyList<(string Name, Region Body)> Bodies => [(nameof(Then), Then), (nameof(Else), Else)];

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1 + Then.Inputs.Count, 1 + Then.Inputs.Count);
            if (Else.Inputs.Count != Then.Inputs.Count)
                throw inputs.Fail($"has branches of {Then.Inputs.Count} and of {Else.Inputs.Count} inputs.");
            if (inputs[0].Element != ElementType.Bool || inputs[0].Rank != 0)
                throw inputs.Fail($"takes one truth value as its condition, not {inputs[0]}: compare, and Reshape to a scalar.");
            foreach (var body in (Region[])[Then, Else]) Require(inputs, 1, body, 0, body.Inputs.Count);
            if (Then.Outputs.Count != Else.Outputs.Count)
                throw inputs.Fail($"has a branch that gives {Then.Outputs.Count} tensors and one that gives {Else.Outputs.Count}: "
                    + "both give the same.");
            for (int i = 0; i < Then.Outputs.Count; i++)
                if (!Same(inputs, Then.Outputs[i], Else.Outputs[i]))
                    throw inputs.Fail($"has branches that disagree: output {i} is {Then.Outputs[i]} in one and {Else.Outputs[i]} in the "
                        + "other. BroadcastTo, Reshape or Cast makes them alike.");
            return [.. Then.Outputs];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var result = new Tensor?[context.Inputs.Count];
            int[] needed = [.. Enumerable.Range(1, result.Length - 1).Where(context.Needs)];
            Tensor[] captured = [.. context.Inputs.Skip(1)];
            var found = Tensor.If(context.Inputs[0], () => Branch(Then), () => Branch(Else));
            for (int i = 0; i < needed.Length; i++) result[needed[i]] = found[i];
            return result;

            // Each branch is computed again as far as its gradient needs it.
            Tensor[] Branch(Region body)
            {
                var inputs = RegionBodies.Inside(captured);
                var seeds = body.Outputs.Select((_, i) => context.OutputGradients[i]).ToArray();
                int[] targets = [.. needed.Select(i => i - 1)];
                var gradients = RegionBodies.Gradients(context, body, inputs, seeds, targets);
                return [.. gradients.Select((gradient, i) => gradient ?? inputs[targets[i]].Full(0))];
            }
        }

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            Tensor[] captured = [.. inputs.Skip(1)], then = Then.Apply(captured), otherwise = Else.Apply(captured);
            return [.. then.Select((t, i) => Tensor.Where(inputs[0], t, otherwise[i]))];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new If(attributes.Value(Then, RegionBodies.Read), attributes.Value(Else, RegionBodies.Read));

        /// <summary>Multiply-adds of the more expensive branch.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(Dim.Max(Then.MultiplyAdds(), Else.MultiplyAdds()), inputs, outputs);

        /// <summary>What either branch sees; unknown where an output's is in one of them.</summary>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types)
        {
            var captured = inputs.Skip(1);
            ReceptiveField?[] all = [.. Then.Fields(captured), .. Else.Fields(captured)];
            return all.Contains(null) ? null : ReceptiveField.Union(all);
        }

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => RegionSamples.If();
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>One of two computations: the condition's value, known when the graph runs, decides which of them is run.</summary>
            /// <param name="condition">A truth value, of one element.</param>
            /// <param name="then">What is computed where it holds; tensors of outside may be used.</param>
            /// <param name="otherwise">What is computed where it does not: tensors of the same types.</param>
            /// <exception cref="Errors.ShapeMismatchException">The branches give other types, or the condition is none.</exception>
            /// <exception cref="InvalidOperationException">A branch writes a variable, or draws random numbers.</exception>
            public static Tensor[] If(Tensor condition, Func<Tensor[]> then, Func<Tensor[]> otherwise)
            {
                ArgumentNullException.ThrowIfNull(condition);
                ArgumentNullException.ThrowIfNull(then);
                ArgumentNullException.ThrowIfNull(otherwise);
                condition = AsScalar(condition);
                TracedBody first = TracedBody.Trace([], _ => then()), second = TracedBody.Trace([], _ => otherwise());
                Tensor[] captured = [.. first.Captured.Union(second.Captured, ReferenceEqualityComparer.Instance).Cast<Tensor>()];
                return [.. Tensor.ApplyAll(new Ops.If(first.ToRegion(captured), second.ToRegion(captured)), [condition, .. captured])];
            }

            /// <inheritdoc cref="If(Tensor, Func{Tensor[]}, Func{Tensor[]})"/>
            public static Tensor If(Tensor condition, Func<Tensor> then, Func<Tensor> otherwise) =>
                Tensor.If(condition, () => [then()], () => [otherwise()])[0];
        }
    }
}
