using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// Moves parameters against their gradients. All that changes from step to step is held in variables, never in captured numbers, so
/// <see cref="Update"/> works inside a compiled function as well as outside, and several optimizers may stand in one.
/// An optimizer of one's own derives from it and says how one parameter moves.
/// </summary>
public abstract class Optimizer
{
    readonly Dictionary<Variable, Variable[]> _moments = [];
    readonly List<Variable> _state;

    /// <summary>Sets the first learning rate.</summary>
    /// <param name="learningRate">How far a step goes, from 0.</param>
    /// <param name="moments">What is remembered of each parameter, zeros at first: one name for each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    protected Optimizer(double learningRate, params IReadOnlyList<string> moments)
    {
        if (!(double.IsFinite(learningRate) && learningRate >= 0))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "A learning rate is a number from 0.");
        InitialLearningRate = learningRate;
        MomentNames = moments;
        LearningRate = new("learning_rate", Tensor.Constant(learningRate), trainable: false);
        Step = new("step", Tensor.Constant(0, ElementType.Int64), trainable: false);
        _state = [LearningRate, Step];
    }

    /// <summary>The learning rate it was made with: schedules multiply it.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The learning rate now, a float32 scalar. Write it between calls.</summary>
    public Variable LearningRate { get; }

    /// <summary>How many updates were made, an int64 scalar.</summary>
    public Variable Step { get; }

    /// <summary>
    /// Parameters that move by rules of their own: each belongs to the first group that it fits. Set them when it is made.
    /// </summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>The names of what is remembered of each parameter.</summary>
    public IReadOnlyList<string> MomentNames { get; }

    /// <summary>Everything it remembers: learning rate, step, and the moments of every parameter that it has updated.</summary>
    public IReadOnlyList<Variable> State
    {
        get
        {
            lock (_moments) return [.. _state];
        }
    }

    /// <summary>One step: moves every parameter against its gradient. Frozen parameters stay.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="gradients">One gradient for each, of its shape.</param>
    /// <param name="gradientScale">
    /// A float32 scalar by which every gradient is multiplied first, as clipping gives it; absent: 1. One that is not finite makes no step
    /// at all: parameters and moments stay as they are.
    /// </param>
    /// <exception cref="ArgumentException">There is not one gradient for each parameter.</exception>
    public void Update(IReadOnlyList<Variable> parameters, IReadOnlyList<Tensor> gradients, Tensor? gradientScale = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        if (parameters.Count != gradients.Count)
            throw new ArgumentException($"There are {parameters.Count} parameters and {gradients.Count} gradients.", nameof(gradients));
        var rate = LearningRate.Read();
        var step = Step.Read() + 1;
        List<Variable> variables = [Step];
        List<Tensor> values = [step];
        for (int i = 0; i < parameters.Count; i++)
        {
            var parameter = parameters[i];
            if (parameter.IsFrozen) continue;
            var moments = MomentsOf(parameter);
            var type = parameter.Type.Element;
            var group = Groups.FirstOrDefault(g => g.Holds(parameter));
            var ownRate = group is null or { LearningRateFactor: 1 } ? rate : rate * group.LearningRateFactor;
            var scale = gradientScale?.Cast(type);
            Tensor[] before = [parameter.Read(), .. moments.Select(m => m.Read())];
            // What a group does to rows that were not looked up would be missing.
            bool rowsAlone = MovesRowsAlone && (group is null or { WeightDecay: null or 0, MaxNorm: null });
            RowGradient? byRows = rowsAlone ? RowGradient.Of(gradients[i]) : null;
            Tensor Part(Tensor whole) => byRows is { } part ? whole.Gather(part.Positions) : whole;
            var moved = Move(group, Part(before[0]), byRows?.Rows ?? gradients[i], [.. before.Skip(1).Select(Part)], ownRate.Cast(type),
                step, scale);
            variables.Add(parameter);
            variables.AddRange(moments);
            for (int j = 0; j < before.Length; j++)
            {
                var value = byRows is { } rows ? before[j].ScatterRows(moved[j], rows.Positions) : moved[j];
                values.Add(j == 0 && group?.MaxNorm is { } limit ? Limited(value, limit, scale) : value);
            }
        }
        if (Trace.Current is null) Tensor.Evaluate([.. values]);
        for (int i = 0; i < values.Count; i++) variables[i].Assign(values[i]);
    }

    /// <summary>
    /// Whether a row (an entry of axis 0) whose gradient is 0 stays as it is, with its moments. Then a step of an embedding that was only
    /// looked up touches the rows that it looked up, and no others: moves are asked for of these alone, which must be no other than of all.
    /// </summary>
    protected virtual bool MovesRowsAlone => false;

    /// <summary>How one parameter moves.</summary>
    /// <param name="parameter">Its value.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="moments">What is remembered of it, in the order of <see cref="MomentNames"/>.</param>
    /// <param name="learningRate">The learning rate, a scalar of the parameter's element type.</param>
    /// <param name="step">The number of this step, from 1, int64.</param>
    /// <param name="gradientScale">Multiplies the gradient first; a scalar like the learning rate, or null.</param>
    /// <returns>The parameter's new value, then each moment's.</returns>
    protected abstract IReadOnlyList<Tensor> Move(
        Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale);

    /// <summary>
    /// How one parameter of a group moves; an optimizer whose weight decay a group may change overrides it. Unless overridden, it is the
    /// other one, and a group with a weight decay is refused.
    /// </summary>
    /// <param name="group">The group, or null where the parameter belongs to none.</param>
    /// <param name="parameter">Its value.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="moments">What is remembered of it, in the order of <see cref="MomentNames"/>.</param>
    /// <param name="learningRate">The learning rate, times the group's factor.</param>
    /// <param name="step">The number of this step, from 1, int64.</param>
    /// <param name="gradientScale">Multiplies the gradient first; a scalar like the learning rate, or null.</param>
    /// <returns>The parameter's new value, then each moment's.</returns>
    protected virtual IReadOnlyList<Tensor> Move(ParameterGroup? group, Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments,
        Tensor learningRate, Tensor step, Tensor? gradientScale) => group?.WeightDecay is null
        ? Move(parameter, gradient, moments, learningRate, step, gradientScale)
        : throw new InvalidOperationException($"{GetType().Name} has no weight decay that the group {group} could change: override the "
            + "Move that is told the group.");

    /// <summary>A matrix's rows cut to a norm; not where the step was none.</summary>
    static Tensor Limited(Tensor moved, double limit, Tensor? scale)
    {
        if (moved.Rank < 2) return moved;
        var limited = moved.MaxNorm(limit);
        return scale is null ? limited : Tensor.Where(Ops.OptimizerInputs.IsFinite(scale), limited, moved);
    }

    /// <summary>Refuses a group that no parameter belongs to: a mistyped pattern is no group.</summary>
    /// <exception cref="ArgumentException">There is such a group; the message names it.</exception>
    internal void RequireGroupsFit(IReadOnlyList<Variable> parameters)
    {
        foreach (var group in Groups)
            if (!parameters.Any(p => Groups.First(g => g == group || g.Holds(p)) == group && group.Holds(p)))
                throw new ArgumentException($"No parameter belongs to the optimizer's group {group}; there are, among others, "
                    + $"{string.Join(", ", parameters.Take(5).Select(p => p.Name))}.", "options");
    }

    /// <summary>Name, numbers and groups: what is recorded of a run.</summary>
    internal string Description => Groups.Count == 0 ? ToString() ?? "" : $"{this}, groups={string.Join(' ', Groups)}";

    /// <summary>Forgets everything: first learning rate, step 0, moments 0.</summary>
    public void Reset()
    {
        LearningRate.Set<float>([(float)InitialLearningRate]);
        Step.Set<long>([0]);
        lock (_moments)
        {
            foreach (var moment in _moments.Values.SelectMany(m => m))
                moment.Assign(Zeros(moment.Type));
        }
    }

    /// <summary>The state that training these parameters needs; what is not there yet is made.</summary>
    internal IReadOnlyList<Variable> StateOf(IReadOnlyList<Variable> parameters) =>
        [LearningRate, Step, .. parameters.SelectMany(MomentsOf)];

    Variable[] MomentsOf(Variable parameter)
    {
        lock (_moments)
        {
            if (_moments.TryGetValue(parameter, out var moments)) return moments;
            moments = [.. MomentNames.Select(name => new Variable($"{name}.{parameter.Name}", Zeros(parameter.Type), trainable: false))];
            _moments[parameter] = moments;
            _state.AddRange(moments);
            return moments;
        }
    }

    static Tensor Zeros(TensorType type) => new(type, Storage.Create(type.Element, type.Shape.Count.Value, clear: true));

    private protected static Tensor[] Optional(Tensor? input) => input is null ? [] : [input];

    /// <summary>An argument that lies in [0, 1).</summary>
    private protected static double Share(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} lies from 0 to less than 1.");

    /// <summary>An argument that is not negative.</summary>
    internal static double Natural(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a number from 0.");
}
