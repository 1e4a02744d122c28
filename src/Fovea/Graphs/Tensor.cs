using System.Diagnostics;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// A lazy handle on an array of numbers: its shape and element type, and either the data or the node that would compute it.
/// Operations build nodes; reading data (<see cref="ToArray"/>, <see cref="AsSpan"/>, <see cref="Item"/>, <see cref="ToString"/>)
/// evaluates. Nothing needs to be disposed.
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Tensor
{
    Storage? _storage;
    Node? _node;
    string? _cutBecause;

    internal Tensor(Node node, int outputIndex, TensorType type, Trace? trace, bool symbolic, bool tracked)
    {
        _node = node;
        OutputIndex = outputIndex;
        Type = type;
        Trace = trace;
        IsSymbolic = symbolic;
        IsTracked = tracked;
    }

    /// <summary>An input of a trace.</summary>
    internal Tensor(TensorType type, Trace trace)
    {
        Type = type;
        Trace = trace;
        IsSymbolic = true;
    }

    /// <summary>A variable's value inside a trace.</summary>
    internal Tensor(Variable source, Trace trace)
    {
        Type = source.Type;
        Trace = trace;
        Source = source;
        IsSymbolic = true;
        IsTracked = source.IsTracked;
    }

    /// <summary>A variable's value now.</summary>
    internal Tensor(Variable source, Storage version)
    {
        Type = source.Type;
        Source = source;
        IsTracked = source.IsTracked;
        _storage = version;
    }

    internal Tensor(TensorType type, Storage storage)
    {
        Type = type;
        _storage = storage;
        Trace.Current?.Own(this);
    }

    /// <summary>Element type and shape.</summary>
    public TensorType Type { get; }

    /// <summary>The sizes.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType => Type.Element;

    /// <summary>How many axes.</summary>
    public int Rank => Type.Rank;

    /// <summary>Whether the data is there.</summary>
    public bool IsEvaluated => Volatile.Read(ref _storage) is not null;

    internal Node? Node => Volatile.Read(ref _node);

    internal int OutputIndex { get; }

    /// <summary>The trace it was made in, if any.</summary>
    internal Trace? Trace { get; }

    /// <summary>Whether the value depends on inputs or variables of a trace.</summary>
    internal bool IsSymbolic { get; }

    /// <summary>Whether the value depends on a trainable variable or a watched tensor.</summary>
    internal bool IsTracked { get; private set; }

    /// <summary>The variable that this is a read of.</summary>
    internal Variable? Source { get; }

    /// <summary>How often the value was computed without being kept.</summary>
    internal int TimesComputed { get; set; }

    internal string? CutBecause => _cutBecause;

    /// <summary>Whether it is an input of a bound call, which the caller may write.</summary>
    internal bool IsBuffer { get; init; }

    /// <summary>A tensor with a copy of the values, in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape) where T : unmanaged
    {
        var element = ElementTypes.Of<T>();
        if (shape.Count.Value != values.Length)
            throw new ArgumentException($"The shape {shape} has {shape.Count} elements; {values.Length} were given.");
        var storage = Storage.Create(element, values.Length);
        values.CopyTo(storage.AsSpan<T>());
        return new(new TensorType(element, shape), storage);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(T[] values, Shape shape) where T : unmanaged => From<T>(values.AsSpan(), shape);

    /// <summary>A vector with a copy of the values.</summary>
    public static Tensor From<T>(params T[] values) where T : unmanaged => From<T>(values.AsSpan(), [values.Length]);

    /// <summary>0, 1, … up to, but not including, <paramref name="stop"/>: int64; Cast gives other types.</summary>
    public static Tensor Arange(long stop) => Arange(0, stop);

    /// <summary>start, start + step, … up to, but not including, <paramref name="stop"/>: int64; Cast gives other types.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    /// <exception cref="OverflowException">There are more than 2³¹ − 1 numbers.</exception>
    public static Tensor Arange(long start, long stop, long step = 1)
    {
        ArgumentOutOfRangeException.ThrowIfZero(step);
        var span = (Int128)stop - start;
        int count = checked((int)Int128.Max(0, (span + step - Int128.Sign(step)) / step));
        long[] values = new long[count];
        for (int i = 0; i < count; i++) values[i] = start + i * step;
        return From(values, [count]);
    }

    /// <summary>A scalar of the element type, from the nearest value that it can hold.</summary>
    public static Tensor Constant(double value, ElementType element = ElementType.Float32) =>
        new(new TensorType(element, Shape.Scalar), ScalarStorage(value, element));

    /// <summary>Applies an operator of one output.</summary>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
    public static Tensor Apply(Op op, params ReadOnlySpan<Tensor> inputs) => ApplyAll(op, inputs)[0];

    /// <summary>Applies an operator; all outputs.</summary>
    /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
    public static IReadOnlyList<Tensor> ApplyAll(Op op, params ReadOnlySpan<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(op);
        var trace = Trace.Current;
        var captured = new Tensor[inputs.Length];
        var types = new TensorType[inputs.Length];
        bool symbolic = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i] ?? throw new ArgumentNullException(nameof(inputs), $"Input {i} of {op.Name} is null.");
            if (trace is null) input.RequireUsable();
            else input = trace.Capture(input);
            captured[i] = input;
            types[i] = input.Type;
            symbolic |= input.IsSymbolic;
        }
        var outputs = op.Infer(new Inputs(op, types, trace?.Constraints));
        return new Node(op, captured, outputs, Scope.Path, trace, symbolic).Outputs;
    }

    /// <summary>Computes several tensors in one pass.</summary>
    public static void Evaluate(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors) tensor.RequireReadable();
        Evaluation.Evaluator.Evaluate(tensors);
    }

    /// <summary>The elements in row-major order, copied.</summary>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public T[] ToArray<T>() where T : unmanaged => Materialise().AsSpan<T>().ToArray();

    /// <summary>The float32 elements in row-major order, copied.</summary>
    public float[] ToArray() => ToArray<float>();

    /// <summary>The elements in row-major order. The memory is the tensor's own: it never changes.</summary>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        var storage = Materialise();
        storage.Observed = true;
        return storage.AsSpan<T>();
    }

    /// <summary>The float32 elements in row-major order. The memory is the tensor's own: it never changes.</summary>
    public ReadOnlySpan<float> AsSpan() => AsSpan<float>();

    /// <summary>The only element.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
    public T Item<T>() where T : unmanaged
    {
        var storage = Materialise();
        return storage.Count == 1 ? storage.AsSpan<T>()[0]
            : throw new InvalidOperationException($"Item reads the only element; the shape {Shape} has {storage.Count}.");
    }

    /// <summary>The only element, float32.</summary>
    public float Item() => Item<float>();

    /// <summary>The elements of a bound call's input, to be written before the call runs.</summary>
    /// <exception cref="InvalidOperationException">The tensor is no such input: tensors never change.</exception>
    public Span<T> Buffer<T>() where T : unmanaged => IsBuffer
        ? _storage!.AsSpan<T>()
        : throw new InvalidOperationException("Only the inputs of a bound call may be written; tensors never change.");

    /// <summary>
    /// Marks the tensor, so that gradients with respect to it can be taken of values that were evaluated in between. Returns itself.
    /// </summary>
    public Tensor Watch()
    {
        if (!ElementType.IsFloating()) throw new InvalidOperationException($"Only floating tensors carry gradients, not {ElementType}.");
        IsTracked = true;
        return this;
    }

    /// <summary>The value, computed if need be.</summary>
    internal Storage Materialise()
    {
        RequireReadable();
        EnsureEvaluated();
        return _storage!;
    }

    internal void EnsureEvaluated()
    {
        if (!IsEvaluated) Evaluation.Evaluator.Evaluate([this]);
    }

    internal Storage? Storage => Volatile.Read(ref _storage);

    /// <summary>
    /// Stores a value. A tracked tensor keeps its node until a variable that it read is written; any other drops it at once.
    /// </summary>
    internal void Settle(Storage value, IReadOnlyList<Variable> readVariables)
    {
        Volatile.Write(ref _storage, value);
        if (IsTracked)
        {
            var weak = new WeakReference<Tensor>(this);
            foreach (var variable in readVariables) variable.Record(weak);
        }
        else Cut("it depends on no trainable variable and no watched tensor");
    }

    internal void Cut(string because)
    {
        _cutBecause = because;
        Volatile.Write(ref _node, null);
    }

    /// <summary>Throws when the tensor belongs to a trace that is not the current one.</summary>
    internal void RequireUsable()
    {
        if (IsSymbolic && Trace != Trace.Current)
            throw new InvalidOperationException(
                $"The tensor ({Type}) belongs to a finished trace: it has no value. Return it from the compiled function instead.");
    }

    void RequireReadable()
    {
        RequireUsable();
        if (IsSymbolic)
            throw new InvalidOperationException(
                $"The value of a tensor ({Type}) is not known while tracing. Return it from the function, "
                + "or compute with tensors instead of numbers.");
    }

    static Storage ScalarStorage(double value, ElementType element)
    {
        var storage = Storage.Create(element, 1);
        switch (element)
        {
            case ElementType.Float32: storage.AsSpan<float>()[0] = (float)value; break;
            case ElementType.Float64: storage.AsSpan<double>()[0] = value; break;
            case ElementType.Float16: storage.AsSpan<Half>()[0] = (Half)value; break;
            case ElementType.Int8: storage.AsSpan<sbyte>()[0] = (sbyte)value; break;
            case ElementType.UInt8: storage.AsSpan<byte>()[0] = (byte)value; break;
            case ElementType.Int16: storage.AsSpan<short>()[0] = (short)value; break;
            case ElementType.UInt16: storage.AsSpan<ushort>()[0] = (ushort)value; break;
            case ElementType.Int32: storage.AsSpan<int>()[0] = (int)value; break;
            case ElementType.UInt32: storage.AsSpan<uint>()[0] = (uint)value; break;
            case ElementType.Int64: storage.AsSpan<long>()[0] = (long)value; break;
            case ElementType.UInt64: storage.AsSpan<ulong>()[0] = (ulong)value; break;
            case ElementType.Bool: storage.AsSpan<bool>()[0] = value != 0; break;
            default: throw new ArgumentException($"A scalar constant of {element} is not supported.");
        }
        return storage;
    }

    string DebuggerText => $"{Type}{(IsEvaluated ? "" : IsSymbolic ? ", symbolic" : ", lazy")}";
}
