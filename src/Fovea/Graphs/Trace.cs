using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>What a network is run for. Dropout and batch norm behave differently.</summary>
public enum Mode
{
    /// <summary>Predicting: running statistics, no dropout.</summary>
    Inference,
    /// <summary>Learning: batch statistics, dropout.</summary>
    Training,
}

/// <summary>
/// A function being traced on this thread: its inputs are symbols, reads of variables are leaves, and assignments rebind.
/// </summary>
public sealed class Trace
{
    [ThreadStatic] static Trace? _current;
    [ThreadStatic] static Mode _mode;

    readonly List<Tensor> _inputs = [];
    readonly List<VariableBinding> _reads = [];
    readonly Dictionary<Variable, Tensor> _bound = [];
    readonly List<Variable> _writes = [];
    readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);

    // Of the body of a region operator alone: what it captures from outside, and the constants that it made itself.
    readonly bool _isBody;
    readonly Trace? _outside;
    readonly List<(Tensor Outside, Tensor Leaf)> _captures = [];
    readonly Dictionary<Tensor, Tensor> _leaves = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<Tensor> _owned = new(ReferenceEqualityComparer.Instance);

    Trace(bool isBody = false, Trace? outside = null)
    {
        _isBody = isBody;
        _outside = outside;
        Constraints = outside?.Constraints ?? new();
    }

    /// <summary>The trace that runs on this thread, if any.</summary>
    public static Trace? Current => _current;

    /// <summary>What code on this thread is run for; modules read it.</summary>
    public static Mode Mode => _mode;

    /// <summary>Equalities of sizes that tracing could not decide.</summary>
    public Constraints Constraints { get; }

    /// <summary>Runs <paramref name="body"/> under another mode.</summary>
    public static T WithMode<T>(Mode mode, Func<T> body)
    {
        var before = _mode;
        _mode = mode;
        try
        {
            return body();
        }
        finally
        {
            _mode = before;
        }
    }

    /// <summary>Runs <paramref name="body"/> outside the trace of this thread.</summary>
    internal static void Suspend(Action body) => Resume(null, body);

    /// <summary>Runs <paramref name="body"/> as a part of a trace that is over: passes add nodes to its graph.</summary>
    internal static void Resume(Trace? trace, Action body)
    {
        var before = _current;
        _current = trace;
        try
        {
            body();
        }
        finally
        {
            _current = before;
        }
    }

    /// <summary>Traces a body over inputs of the given types.</summary>
    internal static Graph Run(IReadOnlyList<TensorType> inputs, Mode mode, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        if (_current is not null) throw new InvalidOperationException("A trace is running on this thread already.");
        var trace = new Trace();
        foreach (var type in inputs) trace._inputs.Add(new Tensor(type, trace));
        _current = trace;
        try
        {
            var outputs = WithMode(mode, () => body(trace._inputs));
            Tensor[] captured = [.. outputs.Select(trace.Capture)];
            return new Graph([.. trace._inputs], captured, [.. trace._reads],
                [.. trace._writes.Select(v => new VariableBinding(v, trace._bound[v]))], trace.Constraints);
        }
        finally
        {
            _current = null;
        }
    }

    /// <summary>
    /// Traces the body of a region operator, inside another trace or none: tensors of outside that it reads become leaves of it.
    /// </summary>
    internal static (IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs, IReadOnlyList<(Tensor Outside, Tensor Leaf)> Captures)
        RunBody(IReadOnlyList<TensorType> inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        var trace = new Trace(isBody: true, _current);
        foreach (var type in inputs) trace._inputs.Add(new Tensor(type, trace));
        IReadOnlyList<Tensor> outputs = [];
        Resume(trace, () => outputs = [.. body(trace._inputs).Select(trace.Capture)]);
        return (trace._inputs, outputs, trace._captures);
    }

    /// <summary>Whether this is the trace of a region operator's body.</summary>
    internal bool IsBody => _isBody;

    /// <summary>A constant that is made while a body is traced belongs to the body.</summary>
    internal void Own(Tensor constant)
    {
        if (_isBody && constant.Storage!.ByteCount <= Region.MostConstantBytes) _owned.Add(constant);
    }

    Tensor CaptureInBody(Tensor tensor)
    {
        if (tensor.Trace == this || _owned.Contains(tensor)) return tensor;
        if (_leaves.TryGetValue(tensor, out var leaf)) return leaf;
        var outside = tensor;
        if (_outside is not null) outside = _outside.Capture(tensor);
        else tensor.RequireUsable();
        if (!_leaves.TryGetValue(outside, out leaf))
        {
            _leaves[outside] = leaf = new Tensor(outside.Type, this);
            _captures.Add((outside, leaf));
        }
        return _leaves[tensor] = leaf;
    }

    /// <summary>By what random tensors of this trace draw: int64, 2: the step and the global index of the first sample.</summary>
    internal Tensor? RandomCounter { get; private set; }

    /// <summary>The seed that they draw by.</summary>
    internal ulong RandomSeed { get; private set; }

    /// <summary>Random tensors from here on draw by a counter and a seed; their streams are numbered from the start.</summary>
    internal void DrawBy(Tensor counter, ulong seed)
    {
        RandomCounter = Capture(counter);
        RandomSeed = seed;
        _calls.Clear();
    }

    /// <summary>How often this path has been asked before: the call index of random streams.</summary>
    internal int NextCall(string path)
    {
        _calls.TryGetValue(path, out int count);
        _calls[path] = count + 1;
        return count;
    }

    /// <summary>The variable's value at this point of the trace.</summary>
    internal Tensor Read(Variable variable)
    {
        if (_isBody)
        {
            Tensor? outside = null;
            Resume(_outside, () => outside = variable.Read());
            return Capture(outside!);
        }
        if (_bound.TryGetValue(variable, out var bound)) return bound;
        var leaf = new Tensor(variable, this);
        _reads.Add(new(variable, leaf));
        return _bound[variable] = leaf;
    }

    /// <summary>Later reads of the variable see <paramref name="value"/>.</summary>
    internal void Assign(Variable variable, Tensor value)
    {
        if (_isBody)
            throw new InvalidOperationException($"A body of If, Loop or Scan assigns variable \"{variable.Name}\": a body gives values "
                + "back, and what follows it assigns them.");
        value = Capture(value);
        if (!_bound.ContainsKey(variable)) _bound[variable] = value;
        if (!_writes.Contains(variable)) _writes.Add(variable);
        _bound[variable] = value;
    }

    /// <summary>The leaf by which this trace read the variable's first value, or null when it did not.</summary>
    internal Tensor? LeafOf(Variable variable)
    {
        foreach (var (read, leaf) in _reads)
            if (read == variable) return leaf;
        return null;
    }

    /// <summary>Lets a tensor into the trace: constants as they are, lazy ones evaluated first.</summary>
    internal Tensor Capture(Tensor tensor)
    {
        if (_isBody) return CaptureInBody(tensor);
        if (tensor.Trace == this || tensor.IsEvaluated) return tensor;
        tensor.RequireUsable();
        if (tensor.IsTracked)
            throw new InvalidOperationException(
                $"The traced function captures a lazy tensor ({tensor.Type}) that depends on a trainable variable: "
                + "its gradient would vanish in silence. Compute it inside the function, or capture tensor.StopGradient() on purpose.");
        Suspend(tensor.EnsureEvaluated);
        return tensor;
    }
}
