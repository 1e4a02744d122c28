namespace Fovea.Data;

/// <summary>
/// Random integers that depend only on a key: the same on every platform, in every version, on any thread. SplitMix64 (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", 2014), started from a hash of the key.
/// </summary>
internal struct KeyedRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>A stream of its own for every key.</summary>
    public KeyedRandom(ulong seed, Purpose purpose, ulong epoch = 0, ulong index = 0) =>
        _state = Mix(Mix(Mix(Mix(seed + Golden) + (ulong)purpose + Golden) + epoch + Golden) + index + Golden);

    /// <summary>What the numbers are for, so that equal seeds used for different purposes are independent.</summary>
    public enum Purpose : ulong
    {
        /// <summary>Cutting a set in two.</summary>
        Split = 1,

        /// <summary>The order of the samples in an epoch.</summary>
        Order = 2,

        /// <summary>The augmentation of a sample.</summary>
        Augmentation = 3,
    }

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 to <paramref name="limit"/> − 1, all equally likely (Lemire's multiplication with rejection).</summary>
    public int Below(int limit)
    {
        ulong bound = (ulong)limit;
        ulong high = Math.BigMul(Next(), bound, out ulong low);
        if (low < bound)
        {
            ulong threshold = (0 - bound) % bound;
            while (low < threshold) high = Math.BigMul(Next(), bound, out low);
        }

        return (int)high;
    }

    /// <summary>A number from 0 inclusive to 1 exclusive, a multiple of 2⁻²⁴.</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Puts the items in a random order (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
