using System.Runtime.CompilerServices;

namespace Fovea;

/// <summary>A structure of tensors of one's own, to pass through compiled functions: one line that maps every tensor in order.</summary>
/// <typeparam name="TSelf">The structure itself.</typeparam>
/// <example><code>readonly record struct Pair(Tensor A, Tensor B) : ITensors&lt;Pair&gt; { public Pair Map(TensorMap map) =>
/// new(map.Next(A), map.Next(B)); }</code></example>
public interface ITensors<TSelf>
{
    /// <summary>The structure with every tensor passed through the map, always in the same order.</summary>
    TSelf Map(TensorMap map);
}

/// <summary>One walk over a structure that collects its tensors, or replaces them in the same order.</summary>
public sealed class TensorMap
{
    readonly List<Tensor>? _collected;
    readonly IReadOnlyList<Tensor>? _replacements;
    int _next;

    TensorMap(List<Tensor>? collected, IReadOnlyList<Tensor>? replacements)
    {
        _collected = collected;
        _replacements = replacements;
    }

    /// <summary>Passes one tensor.</summary>
    public Tensor Next(Tensor tensor)
    {
        if (_collected is null) return _replacements![_next++];
        _collected.Add(tensor ?? throw new ArgumentNullException(nameof(tensor), "A structure of tensors holds a null."));
        return tensor;
    }

    /// <summary>Passes an array of tensors.</summary>
    public Tensor[] Next(Tensor[] tensors) => Array.ConvertAll(tensors, Next);

    /// <summary>Passes a structure inside the structure.</summary>
    public T Next<T>(T nested) where T : ITensors<T> => nested.Map(this);

    internal static List<Tensor> Collect<T>(T value)
    {
        var tensors = new List<Tensor>();
        Walk(new(tensors, null), value);
        return tensors;
    }

    internal static T Replace<T>(T pattern, IReadOnlyList<Tensor> tensors) => Walk(new(null, tensors), pattern);

    // A closed list of what needs no interface: comparisons of typeof are constants to the compiler, so nothing is reflected over.
    static T Walk<T>(TensorMap map, T value)
    {
        if (typeof(T) == typeof(Tensor)) return (T)(object)map.Next((Tensor)(object)value!);
        if (typeof(T) == typeof(Tensor[])) return (T)(object)map.Next((Tensor[])(object)value!);
        if (typeof(T) == typeof((Tensor, Tensor)))
        {
            var (a, b) = Unsafe.As<T, (Tensor, Tensor)>(ref value);
            var result = (map.Next(a), map.Next(b));
            return Unsafe.As<(Tensor, Tensor), T>(ref result);
        }
        if (typeof(T) == typeof((Tensor, Tensor, Tensor)))
        {
            var (a, b, c) = Unsafe.As<T, (Tensor, Tensor, Tensor)>(ref value);
            var result = (map.Next(a), map.Next(b), map.Next(c));
            return Unsafe.As<(Tensor, Tensor, Tensor), T>(ref result);
        }
        if (typeof(T) == typeof((Tensor, Tensor, Tensor, Tensor)))
        {
            var (a, b, c, d) = Unsafe.As<T, (Tensor, Tensor, Tensor, Tensor)>(ref value);
            var result = (map.Next(a), map.Next(b), map.Next(c), map.Next(d));
            return Unsafe.As<(Tensor, Tensor, Tensor, Tensor), T>(ref result);
        }
        if (value is ITensors<T> own) return own.Map(map);
        throw new ArgumentException(
            $"{typeof(T)} is no structure of tensors: use Tensor, Tensor[], a tuple of two to four tensors, "
            + "or a record struct that implements ITensors.");
    }
}
