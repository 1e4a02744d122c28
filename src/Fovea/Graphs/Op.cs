using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>
/// An operator: an immutable description of a computation, compared by value. It holds no results and no gradients.
/// Built-in and user-defined operators derive from it by the same door.
/// </summary>
public abstract record Op
{
    /// <summary>The name by which the catalog, the printer and files know it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The shape rule: the types of the outputs for those of the inputs.</summary>
    /// <exception cref="Errors.ShapeMismatchException">The inputs do not fit; made by <see cref="Inputs.Fail"/>.</exception>
    public abstract TensorType[] Infer(Inputs inputs);

    /// <summary>
    /// The gradient rule, written as more graph: for each input the gradient of the loss, or null where there is none.
    /// Output gradients may be absent (null).
    /// </summary>
    public abstract Tensor?[] Gradient(GradientContext context);

    /// <summary>
    /// Passes every attribute through the codec and rebuilds the operator, in one line; an operator without attributes returns itself.
    /// </summary>
    protected internal abstract Op Code(Attributes attributes);

    /// <summary>The cases, edges included, that the conformance suite runs.</summary>
    public abstract IEnumerable<Sample> Samples();

    /// <summary>
    /// The same computation written with other operators, or null. Used where no kernel fits, and by a second differentiation.
    /// </summary>
    public virtual Tensor[]? Decompose(IReadOnlyList<Tensor> inputs) => null;

    /// <summary>Computes the outputs on one thread; used when no kernel matches.</summary>
    /// <exception cref="Errors.UnsupportedOperatorException">The operator has no such body.</exception>
    public virtual void Evaluate(in KernelCall call) => throw new Errors.UnsupportedOperatorException(
        $"{Name} has no kernel for {call.Case} and does not override Evaluate.");

    /// <summary>Whether <see cref="Evaluate"/> is overridden; an operator that overrides it says so here.</summary>
    public virtual bool HasEvaluate => false;

    /// <summary>Multiply-adds and bytes, counted from the shapes.</summary>
    public virtual Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) => Graphs.Cost.OfBytes(inputs, outputs);

    /// <summary>The receptive field of the outputs given that of each input; null means unknown.</summary>
    public virtual ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => null;

    /// <summary>Whether the output is the input's elements in row-major order under another shape: no kernel runs.</summary>
    public virtual bool Reinterprets => false;

    /// <summary>Whether gradients stop here.</summary>
    public virtual bool BlocksGradient => false;

    /// <summary>
    /// The same operator with further outputs, which its gradient needs; null where there are none. A graph that holds both on the same
    /// inputs computes this one alone.
    /// </summary>
    internal virtual Op? Keeping => null;

    /// <summary>Whether two nodes of equal operators and inputs are one; false for random operators.</summary>
    public virtual bool IsPure => true;

    /// <summary>The operator with every size expression replaced.</summary>
    public Op Substitute(IReadOnlyDictionary<string, Dim> replacements) => Attributes.Substitute(this, replacements);

    /// <summary>The name and the attributes, independent of culture.</summary>
    public sealed override string ToString() => Attributes.Text(this);
}
