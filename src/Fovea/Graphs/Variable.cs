using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// State: a parameter, a running statistic, an optimizer's moment, a learning rate, a counter. A lazy tensor uses the value that its
/// variable had when the line was written; compiled functions write in place. Reads wait for a running step.
/// </summary>
public sealed class Variable : IComparable<Variable>
{
    static long _nextId;

    readonly ReaderWriterLockSlim _gate = new(LockRecursionPolicy.NoRecursion);
    readonly List<WeakReference<Tensor>> _recorded = [];
    readonly long _id = Interlocked.Increment(ref _nextId);
    Storage _current;
    Tensor? _read;                      // one read tensor a version: two reads are one leaf
    bool _torn;

    /// <summary>A variable with a copy of the tensor's value.</summary>
    /// <param name="name">Its path in the model, for messages and files.</param>
    /// <param name="initial">The first value; its shape and element type stay.</param>
    /// <param name="trainable">Whether gradients are taken with respect to it.</param>
    public Variable(string name, Tensor initial, bool trainable = true)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(initial);
        Name = name;
        Type = initial.Type;
        IsTrainable = trainable && Type.Element.IsFloating();
        _current = initial.Materialise().Clone(pinned: true);
    }

    Variable(string name, TensorType type, bool trainable)
    {
        (Name, Type, IsTrainable) = (name, type, trainable);
        _current = Storage.Create(type.Element, 0);
    }

    /// <summary>A variable that has a shape but no numbers: for passes over shapes alone.</summary>
    internal static Variable WithoutValue(string name, Dims sizes, bool trainable) => new(name, TensorType.Float(sizes), trainable);

    /// <summary>The path in the model.</summary>
    public string Name { get; internal set; }

    /// <summary>Element type and shape.</summary>
    public TensorType Type { get; }

    /// <summary>The sizes.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>The number of elements.</summary>
    public long Count => _current.Count;

    /// <summary>Whether it is a parameter (frozen or not) rather than a statistic.</summary>
    public bool IsTrainable { get; }

    /// <summary>A frozen parameter is not trained. Compiled functions notice.</summary>
    public bool IsFrozen { get; set; }

    internal bool IsTracked => IsTrainable && !IsFrozen;

    /// <summary>How often it was written.</summary>
    public long Version { get; private set; }

    /// <summary>The value now, as a tensor; inside a trace, the value at this point of it.</summary>
    /// <exception cref="InvalidOperationException">A call that threw left the variable half written.</exception>
    public Tensor Read()
    {
        if (Graphs.Substitution.Of(this) is { } other) return other;
        if (Trace.Current is { } trace) return trace.Read(this);
        _gate.EnterReadLock();
        try
        {
            RequireWhole();
            lock (_recorded)
            {
                _current.Observed = true;
                if (_read is { } read && read.IsTracked == IsTracked) return read;
                return _read = new Tensor(this, _current);
            }
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    /// <summary>The value now.</summary>
    public static implicit operator Tensor(Variable variable) => variable.Read();

    /// <summary>
    /// Gives it another value. Inside a trace later reads see it and the compiled function writes it; outside, the tensor is evaluated,
    /// its buffer adopted, and graphs that read the old value are cut.
    /// </summary>
    /// <exception cref="Errors.ShapeMismatchException">The value is of another type or shape.</exception>
    public void Assign(Tensor value)
    {
        if (value.Type != Type && !(value.ElementType == Type.Element && value.Rank == Type.Rank && !value.Shape.IsKnown))
            throw new Errors.ShapeMismatchException($"Variable \"{Name}\" is {Type}; it cannot be assigned {value.Type}.");
        if (Trace.Current is { } trace)
        {
            trace.Assign(this, value);
            return;
        }
        var storage = value.Materialise();
        // A buffer that a plan may address is pinned; a plain array is copied once into such a one.
        var next = storage is { IsPinned: true, IsReused: false } ? storage : storage.Clone(pinned: true);
        if (ReferenceEquals(next, storage)) next.Observed = true;
        _gate.EnterWriteLock();
        try
        {
            _current = next;
            _torn = false;
            Changed();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
        CutRecorded();
    }

    /// <summary>The elements, copied.</summary>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public T[] ToArray<T>() where T : unmanaged => Read().ToArray<T>();

    /// <summary>The float32 elements, copied.</summary>
    public float[] ToArray() => ToArray<float>();

    /// <summary>Overwrites the elements, in row-major order.</summary>
    /// <exception cref="ArgumentException">The number or the type of the elements differs.</exception>
    public void Set<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        if (Trace.Current is not null)
            throw new InvalidOperationException($"Set would write variable \"{Name}\" while tracing: use Assign.");
        if (values.Length != Count) throw new ArgumentException($"Variable \"{Name}\" has {Count} elements; {values.Length} were given.");
        var next = Storage.Create(Type.Element, Count, pinned: true);
        values.CopyTo(next.AsSpan<T>());
        _gate.EnterWriteLock();
        try
        {
            _current = next;
            _torn = false;
            Changed();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
        CutRecorded();
    }

    /// <summary>Remembers an evaluated tensor that still has its graph: a write cuts it.</summary>
    internal void Record(WeakReference<Tensor> tensor)
    {
        lock (_recorded)
        {
            if (_recorded.Count >= 64 && (_recorded.Count & 63) == 0) _recorded.RemoveAll(
                w => !w.TryGetTarget(out var t) || t.Node is null);
            _recorded.Add(tensor);
        }
    }

    // What a compiled call does: locks in variable order, one copy when observed, then in place.

    internal Storage BeginRead()
    {
        _gate.EnterReadLock();
        if (!_torn) return _current;
        _gate.ExitReadLock();
        throw Torn();
    }

    internal void EndRead() => _gate.ExitReadLock();

    /// <summary>The buffer that the call may write; a fresh copy when somebody observes the present one.</summary>
    internal Storage BeginWrite()
    {
        _gate.EnterWriteLock();
        if (_torn)
        {
            _gate.ExitWriteLock();
            throw Torn();
        }
        if (!_current.Observed) return _current;
        try
        {
            _current = _current.Clone(pinned: true);
            _read = null;
            return _current;
        }
        catch
        {
            _gate.ExitWriteLock();          // no memory for the copy: nothing was written, and others may go on
            throw;
        }
    }

    /// <summary>Ends a call: <paramref name="written"/> when the buffer was touched, <paramref name="whole"/> when wholly.</summary>
    internal void EndWrite(bool written, bool whole)
    {
        if (written)
        {
            _torn = !whole;
            Changed();
        }
        _gate.ExitWriteLock();
        if (written) CutRecorded();
    }

    void Changed()
    {
        Version++;
        _read = null;
    }

    void CutRecorded()
    {
        lock (_recorded)
        {
            if (_recorded.Count == 0) return;
            foreach (var weak in _recorded)
                if (weak.TryGetTarget(out var tensor)) tensor.Cut($"variable \"{Name}\", which it read, was written after it was computed");
            _recorded.Clear();
        }
    }

    void RequireWhole()
    {
        if (_torn) throw Torn();
    }

    InvalidOperationException Torn() =>
        new($"Variable \"{Name}\" was left half written by a call that threw: load a checkpoint, or Assign it.");

    /// <summary>Locks are taken in this order: that of creation.</summary>
    int IComparable<Variable>.CompareTo(Variable? other) => _id.CompareTo(other?._id ?? -1);

    /// <summary>The name and the type.</summary>
    public override string ToString() => $"{Name}: {Type}{(IsTrainable ? "" : ", state")}{(IsFrozen ? ", frozen" : "")}";
}
