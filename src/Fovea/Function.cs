using Fovea.Passes;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Compiles functions of tensors: traced once, then run again and again as a plan.</summary>
public static class Function
{
    /// <summary>Compiles a function of one tensor.</summary>
    /// <param name="body">Builds the result; it runs once for each set of types, not at each call.</param>
    /// <param name="mode">What the function is run for: modules inside behave accordingly.</param>
    /// <param name="dynamic">Axes that may differ from call to call without a new trace, beside axis 0, which always may.</param>
    /// <exception cref="Errors.ShapeMismatchException">At the first call: shapes inside do not fit.</exception>
    public static Function<Tensor, TOut> Compile<TOut>(Func<Tensor, TOut> body, Mode mode = Mode.Inference, Dims dynamic = default) =>
        new(body, mode, dynamic);

    /// <inheritdoc cref="Compile{TOut}(Func{Tensor, TOut}, Mode, Dims)"/>
    public static Function<(Tensor, Tensor), TOut> Compile<TOut>(Func<Tensor, Tensor, TOut> body, Mode mode = Mode.Inference,
        Dims dynamic = default) =>
        new(x => body(x.Item1, x.Item2), mode, dynamic);

    /// <inheritdoc cref="Compile{TOut}(Func{Tensor, TOut}, Mode, Dims)"/>
    public static Function<(Tensor, Tensor, Tensor), TOut> Compile<TOut>(
        Func<Tensor, Tensor, Tensor, TOut> body, Mode mode = Mode.Inference, Dims dynamic = default) =>
        new(x => body(x.Item1, x.Item2, x.Item3), mode, dynamic);

    /// <summary>Compiles a function of a structure of tensors.</summary>
    /// <inheritdoc cref="Compile{TOut}(Func{Tensor, TOut}, Mode, Dims)"/>
    public static Function<TIn, TOut> Compile<TIn, TOut>(Func<TIn, TOut> body, Mode mode = Mode.Inference, Dims dynamic = default)
        where TIn : ITensors<TIn> => new(body, mode, dynamic);

    /// <summary>Runs a function of two tensors.</summary>
    public static TOut Run<TOut>(this Function<(Tensor, Tensor), TOut> function, Tensor a, Tensor b) => function.Run((a, b));

    /// <summary>Runs a function of three tensors.</summary>
    public static TOut Run<TOut>(this Function<(Tensor, Tensor, Tensor), TOut> function, Tensor a, Tensor b, Tensor c) =>
        function.Run((a, b, c));

    /// <summary>Binds a function of two tensors to the sizes of examples.</summary>
    public static BoundCall<(Tensor, Tensor), TOut> Bind<TOut>(this Function<(Tensor, Tensor), TOut> function, Tensor a, Tensor b) =>
        function.Bind((a, b));

    /// <summary>Binds a function of three tensors to the sizes of examples.</summary>
    public static BoundCall<(Tensor, Tensor, Tensor), TOut> Bind<TOut>(this Function<(Tensor, Tensor, Tensor), TOut> function,
        Tensor a, Tensor b, Tensor c) => function.Bind((a, b, c));
}

/// <summary>
/// A compiled function. The first call with new types traces the body; later ones run the plan. Calls that only read variables run at once
/// on many threads; one that writes excludes others on its variables. Inside another trace it is inlined.
/// </summary>
/// <typeparam name="TIn">A tensor, an array or tuple of tensors, or a structure that is <see cref="ITensors{TSelf}"/>.</typeparam>
/// <typeparam name="TOut">Likewise.</typeparam>
public sealed class Function<TIn, TOut>
{
    readonly Func<TIn, TOut> _body;
    readonly Mode _mode;
    readonly Dims _dynamic;
    readonly List<Traced> _traced = [];

    // Sizes that are not symbols trace again: whoever calls with ever new ones must not fill the memory.
    const int MaximumTraces = 64;

    internal Function(Func<TIn, TOut> body, Mode mode, Dims dynamic)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
        _mode = mode;
        _dynamic = dynamic;
    }

    sealed record Traced(TensorType[] Types, Executable Executable, TOut Pattern, (Variable Variable, bool Frozen)[] Frozen)
    {
        public bool Fits(IReadOnlyList<Tensor> inputs)
        {
            if (inputs.Count != Types.Length) return false;
            for (int i = 0; i < Types.Length; i++)
            {
                if (inputs[i].ElementType != Types[i].Element || inputs[i].Rank != Types[i].Rank) return false;
                for (int axis = 0; axis < Types[i].Rank; axis++)
                {
                    var size = Types[i].Shape[axis];
                    if (size.IsKnown ? size != inputs[i].Shape[axis] : inputs[i].Shape[axis].Value < 1) return false;
                }
            }
            foreach (var (variable, frozen) in Frozen)
                if (variable.IsFrozen != frozen) return false;
            return true;
        }
    }

    /// <summary>How often the body was traced.</summary>
    public int TraceCount
    {
        get
        {
            lock (_traced) return _traced.Count;
        }
    }

    /// <summary>Runs the function; the outputs are fresh tensors.</summary>
    /// <exception cref="Errors.ShapeMismatchException">Shapes do not fit.</exception>
    public TOut Run(TIn input)
    {
        if (Trace.Current is not null) return Trace.WithMode(_mode, () => _body(input));
        var inputs = TensorMap.Collect(input);
        Tensor.Evaluate([.. inputs]);
        var traced = TraceFor(input, inputs);
        return TensorMap.Replace(traced.Pattern, traced.Executable.Run(inputs));
    }

    /// <summary>Makes the plan for the sizes of the examples ahead of the first call.</summary>
    public void Prepare(TIn examples)
    {
        var inputs = TensorMap.Collect(examples);
        TraceFor(examples, inputs).Executable.PlanFor(inputs);
    }

    /// <summary>
    /// A call bound to the sizes of the examples, with input and output buffers of its own: it allocates nothing when it runs.
    /// The examples' values are the first contents of the inputs.
    /// </summary>
    public BoundCall<TIn, TOut> Bind(TIn examples)
    {
        var inputs = TensorMap.Collect(examples);
        Tensor.Evaluate([.. inputs]);
        var traced = TraceFor(examples, inputs);
        return new(traced.Executable.Bind(inputs), examples, traced.Pattern);
    }

    /// <summary>The graph that is run for the types of the examples, as text.</summary>
    public string Print(TIn examples) => TraceFor(examples, TensorMap.Collect(examples)).Executable.Graph.ToString();

    Traced TraceFor(TIn input, List<Tensor> inputs)
    {
        lock (_traced)
        {
            foreach (var known in _traced)
                if (known.Fits(inputs)) return known;
            var types = new TensorType[inputs.Count];
            int next = 0;
            for (int i = 0; i < types.Length; i++)
            {
                var dims = inputs[i].Shape.AsSpan().ToArray();
                for (int axis = 0; axis < dims.Length; axis++)
                {
                    if (axis != 0 && !_dynamic.AsSpan().Contains(axis) || dims[axis].Value < 1) continue;
                    dims[axis] = Dim.Symbol(axis == 0 ? next == 0 ? "N" : $"N{next}" : $"S{next}_{axis}");
                    if (axis == 0) next++;
                }
                types[i] = new(inputs[i].ElementType, new Shape(dims));
            }
            TOut pattern = default!;
            var graph = Trace.Run(types, _mode, symbols =>
            {
                pattern = _body(TensorMap.Replace(input, symbols));
                return TensorMap.Collect(pattern);
            });
            var frozen = graph.Reads.Where(r => r.Variable.IsTrainable).Select(r => (r.Variable, r.Variable.IsFrozen)).ToArray();
            var traced = new Traced(types, new Executable(Simplify.Run(graph)), pattern, frozen);
            if (_traced.Count == MaximumTraces) _traced.RemoveAt(0);
            _traced.Add(traced);
            return traced;
        }
    }
}

/// <summary>A call of a compiled function bound to sizes, with buffers of its own. Not for several threads at once.</summary>
public sealed class BoundCall<TIn, TOut>
{
    readonly BoundExecutable _call;

    internal BoundCall(BoundExecutable call, TIn pattern, TOut outputPattern)
    {
        _call = call;
        Input = TensorMap.Replace(pattern, call.Inputs);
        Output = TensorMap.Replace(outputPattern, call.Outputs);
    }

    /// <summary>The inputs: write them with <see cref="Tensor.Buffer{T}"/>.</summary>
    public TIn Input { get; }

    /// <summary>The outputs: always the same objects, overwritten by every run.</summary>
    public TOut Output { get; }

    /// <summary>Runs the function over the inputs' present contents.</summary>
    public void Run() => _call.Run();
}
