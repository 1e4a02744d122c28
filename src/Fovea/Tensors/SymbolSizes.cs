using Fovea.Tensors;

namespace Fovea;

/// <summary>The integers that symbols stand for in one run.</summary>
public sealed class SymbolSizes
{
    readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal);
    internal Dictionary<Atom, long> Known { get; } = [];

    /// <summary>The size of a symbol (≥ 1).</summary>
    /// <exception cref="ArgumentException">The symbol has no size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than 1.</exception>
    public long this[string symbol]
    {
        get => _sizes.TryGetValue(symbol, out long size) ? size : throw new ArgumentException($"The symbol {symbol} has no size.");
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _sizes[symbol] = value;
            Known.Clear();
        }
    }

    /// <summary>Whether the symbol has a size.</summary>
    public bool Contains(string symbol) => _sizes.ContainsKey(symbol);
}
