using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A layer or a network: named children, parameters and state, and a forward computation. A derived class registers its children in its
/// constructor (<c>conv1 = Add("conv1", new Conv2d(32, 3))</c>) and overrides <see cref="Compute(Tensor)"/>; sizes of parameters are
/// inferred when <see cref="Build"/> runs the forward computation once over shapes.
/// </summary>
public abstract class Module
{
    [ThreadStatic] static Building? _building;

    readonly List<(string Name, Module Child)> _children = [];
    readonly List<Variable> _own = [];
    bool _built;

    /// <summary>A model that is being built, or, with a list of sizes, only measured.</summary>
    sealed record Building(ulong Seed, List<ParameterSizes>? Sizes = null);

    /// <summary>The path from the root module, "" for the root itself.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Whether the parameters exist.</summary>
    public bool IsBuilt => _built && _children.TrueForAll(c => c.Child.IsBuilt);

    /// <summary>The direct children by name, in the order they were registered.</summary>
    public IReadOnlyList<(string Name, Module Child)> Children => _children;

    /// <summary>The shape that the module was built for, without the batch axis; null before.</summary>
    public Shape? InputShape { get; private set; }

    /// <summary>Trainable variables of the module and its children, in order; frozen ones too.</summary>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public IReadOnlyList<Variable> Parameters => [.. Variables.Where(v => v.IsTrainable)];

    /// <summary>Parameters and state (running statistics) of the module and its children, in order.</summary>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public IReadOnlyList<Variable> Variables
    {
        get
        {
            RequireBuilt();
            var all = new List<Variable>();
            foreach (var module in SelfAndDescendants()) all.AddRange(module._own);
            return all;
        }
    }

    /// <summary>The module and all modules below it, parents before children.</summary>
    public IEnumerable<Module> SelfAndDescendants()
    {
        var stack = new Stack<Module>([this]);
        while (stack.TryPop(out var module))
        {
            yield return module;
            for (int i = module._children.Count - 1; i >= 0; i--) stack.Push(module._children[i].Child);
        }
    }

    /// <summary>Registers a child under a name and returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, or holds a dot.</exception>
    protected T Add<T>(string name, T child) where T : Module
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(child);
        if (name.Contains('.')) throw new ArgumentException($"The name \"{name}\" of a child holds a dot: dots join names to paths.");
        if (_children.Exists(c => c.Name == name)) throw new ArgumentException($"{Title} has a child \"{name}\" already.");
        _children.Add((name, child));
        child.SetPath(Join(Path, name));
        return child;
    }

    /// <summary>Runs the module on a batch: axis 0 is the batch.</summary>
    /// <exception cref="ShapeMismatchException">The shape does not fit; the message names the layer and the mend.</exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public Tensor Forward(Tensor x) => Enter(x, Compute);

    /// <summary>Runs a computation as <see cref="Forward(Tensor)"/> does: below the module's path, on parameters that exist.</summary>
    private protected T Enter<T>(Tensor x, Func<Tensor, T> compute)
    {
        ArgumentNullException.ThrowIfNull(x);
        using (Scope.Enter(Path.Length == 0 ? Scope.Path : Path))
        {
            Prepare(x);
            try
            {
                return compute(x);
            }
            catch (ShapeMismatchException mismatch) when (Path.Length == 0 && InputShape is { } built && built != Sample(x))
            {
                // Only the root knows what the whole model was built for, and most often that is where the mistake lies.
                string mend = x.Shape == built ? $"the input {x.Shape} has no batch axis: Unsqueeze(0) adds one"
                    : $"input {Sample(x)}; was {built} meant?";
                throw new ShapeMismatchException($"{mismatch.Message.TrimEnd('.')} ({mend})", mismatch);
            }
        }
    }

    /// <summary>
    /// Runs the module on samples of different lengths, of which padding never changes a result: a sample has the same bits alone, in any
    /// batch, and however far it is padded. Layers that look along the sequence give new lengths; a pool over time gives values that are
    /// whole (<see cref="Sequence.IsPadded"/> is false).
    /// </summary>
    /// <exception cref="UnsupportedOperatorException">The module has no rule for lengths; the message names it and the mend.</exception>
    /// <exception cref="ShapeMismatchException">The shape does not fit, or there is not one length a sample.</exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public Sequence Forward(Sequence x)
    {
        x.Check(Title);
        if (!x.IsPadded) return x with { Values = Forward(x.Values) };
        using (Scope.Enter(Path.Length == 0 ? Scope.Path : Path))
        {
            Prepare(x.Values);
            return Compute(x);
        }
    }

    void Prepare(Tensor x)
    {
        if (_built) return;
        if (_building is null) RequireBuilt();
        InputShape ??= Sample(x);
        CreateParameters(x.Shape);
        _built = true;
    }

    /// <summary>The shape of one sample of a batch.</summary>
    static Shape Sample(Tensor x) => x.Shape.Slice(1, Math.Max(0, x.Rank - 1));

    /// <summary>The element type of the input that the module is built for; containers have that of the module they begin with.</summary>
    protected internal virtual ElementType InputElement => ElementType.Float32;

    /// <summary>The forward computation, on a batch.</summary>
    protected abstract Tensor Compute(Tensor x);

    /// <summary>
    /// The forward computation on samples of different lengths. Unless overridden it follows <see cref="Compute(Tensor)"/> operator by
    /// operator; a module of modules whose layers keep statistics or drop elements in training overrides it and runs its children.
    /// </summary>
    /// <param name="x">The sequence, padded along an axis.</param>
    protected virtual Sequence Compute(Sequence x) => SequenceProgram.Run(Title, x, Compute);

    /// <summary>Creates this module's own parameters (<see cref="AddParameter"/>) for inputs of the shape; axis 0 is a symbol.</summary>
    protected virtual void CreateParameters(Shape input) { }

    /// <summary>Creates a parameter or a state variable; called in <see cref="CreateParameters"/>.</summary>
    /// <param name="name">The name below this module's path.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="initializer">How it is filled, keyed by (seed, path).</param>
    /// <param name="trainable">A parameter, or state that training does not touch by gradients.</param>
    protected Variable AddParameter(string name, Dims sizes, Initializer initializer, bool trainable = true)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        if (_building is not { } building)
            throw new InvalidOperationException($"AddParameter is called while {Title} is being built only.");
        string path = Join(Path, name);
        var variable = building.Sizes is null ? new Variable(path, Filled(), trainable) : Variable.WithoutValue(path, sizes, trainable);
        building.Sizes?.Add(new(path, sizes, trainable));
        _own.Add(variable);
        return variable;

        Tensor Filled()
        {
            float[] values = new float[sizes.Product()];
            initializer.Fill(values, sizes, building.Seed, path);
            return Tensor.From(values, sizes);
        }
    }

    /// <summary>A variable of the module itself, not of its children, by its name below the module's path.</summary>
    internal Variable? FindOwn(string name) => _own.Find(v => v.Name == Join(Path, name));

    /// <summary>The names of the module's own variables below its path.</summary>
    internal IEnumerable<string> OwnNames => _own.Select(v => Below(v.Name));

    /// <summary>Registers a variable that exists, below this module's path; called in <see cref="CreateParameters"/>.</summary>
    private protected void Adopt(string name, Variable variable)
    {
        if (_building is null) throw new InvalidOperationException($"Adopt is called while {Title} is being built only.");
        variable.Name = Join(Path, name);
        _own.Add(variable);
    }

    /// <summary>
    /// Infers all sizes by one pass over shapes, and initialises parameters by (seed, parameter path). Building again starts afresh.
    /// </summary>
    /// <param name="inputShape">The input's sizes without the batch axis: channels, height, width.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ShapeMismatchException">Two layers do not fit; the message names the layer and the mend.</exception>
    public void Build(Shape inputShape, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        Infer(inputShape, new(seed));
        foreach (var module in SelfAndDescendants())
            if (!module._built)
                throw new InvalidOperationException(
                    $"{module.Title} is registered, but the forward computation of {Title} does not run it.");
    }

    /// <summary>
    /// The sizes of all parameters and state for inputs of a shape, found as <see cref="Build"/> finds them, but without a number in
    /// memory. The module is not built afterwards.
    /// </summary>
    /// <exception cref="ShapeMismatchException">Two layers do not fit; the message names the layer and the mend.</exception>
    internal IReadOnlyList<ParameterSizes> Measure(Shape inputShape)
    {
        var sizes = new List<ParameterSizes>();
        Infer(inputShape, new(Seed: 0, sizes));
        Forget();
        return sizes;
    }

    /// <summary>One forward pass over shapes, in which every module creates its parameters.</summary>
    void Infer(Shape inputShape, Building building)
    {
        if (Trace.Current is not null) throw new InvalidOperationException("A module is built outside compiled functions.");
        Forget();
        _building = building;
        try
        {
            Trace.Run([new(InputElement, Shape.Concat([Dim.Symbol("N")], inputShape))], Mode.Inference, inputs => [Forward(inputs[0])]);
        }
        finally
        {
            _building = null;
        }
    }

    void Forget()
    {
        foreach (var module in SelfAndDescendants())
        {
            module._own.Clear();
            module._built = false;
            module.InputShape = null;
        }
    }

    /// <summary>Stops training the parameters whose path fits a pattern (* stands for any characters).</summary>
    /// <returns>How many parameters fit.</returns>
    public int Freeze(string pattern) => SetFrozen(pattern, true);

    /// <summary>Trains the parameters whose path fits a pattern (* stands for any characters) again.</summary>
    /// <returns>How many parameters fit.</returns>
    public int Unfreeze(string pattern) => SetFrozen(pattern, false);

    int SetFrozen(string pattern, bool frozen)
    {
        int count = 0;
        foreach (var parameter in Parameters)
            if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, parameter.Name, ignoreCase: false))
            {
                parameter.IsFrozen = frozen;
                count++;
            }
        return count;
    }

    /// <summary>The class and the path, for messages.</summary>
    protected string Title => Path.Length == 0 ? GetType().Name : $"{GetType().Name} \"{Path}\"";

    void RequireBuilt()
    {
        if (!IsBuilt)
            throw new InvalidOperationException($"{Title} has no parameters yet: call Build(inputShape, seed) on the whole model first.");
    }

    /// <summary>A path from the root as one from this module: what files of this module alone call a variable or a layer.</summary>
    internal string Below(string path) =>
        Path.Length > 0 && path.Length > Path.Length && path[Path.Length] == '.' && path.StartsWith(Path, StringComparison.Ordinal)
            ? path[(Path.Length + 1)..]
            : path == Path ? "" : path;

    void SetPath(string path)
    {
        Path = path;
        foreach (var (name, child) in _children) child.SetPath(Join(path, name));
    }

    /// <summary>A name below a path.</summary>
    internal static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";

    /// <summary>The class and what was set.</summary>
    public override string ToString() => GetType().Name;
}

/// <summary>A parameter, or state, of a module that need not be built.</summary>
/// <param name="Name">Its path in the model.</param>
/// <param name="Sizes">Its sizes.</param>
/// <param name="IsTrainable">Whether it is a parameter.</param>
readonly record struct ParameterSizes(string Name, Dims Sizes, bool IsTrainable);
