namespace Fovea.Runtime;

/// <summary>One stream of random numbers: the key of Philox.</summary>
/// <param name="Key">The 64-bit key; its low half is the generator's first key word.</param>
internal readonly record struct PhiloxStream(ulong Key)
{
    private const ulong SeedStep = 0x9E3779B97F4A7C15;     // 2⁶⁴ divided by the golden ratio: seed 0 is no special case

    /// <summary>The stream of a seed and a name: a module's path and the index of the call within it, or a parameter's path.</summary>
    /// <remarks>
    /// <c>key = Mix(Mix(seed + 0x9E3779B97F4A7C15) xor StableHash.Of(name, index))</c> with <see cref="StableHash.Mix"/>. For one seed,
    /// different hashes give different keys; for one name, different seeds do.
    /// </remarks>
    public static PhiloxStream Of(long seed, ReadOnlySpan<char> name, int index = 0) =>
        Of(unchecked((ulong)seed), StableHash.Of(name, index));

    /// <summary>The stream of a seed and the hash of its name (<see cref="StableHash.Of"/>): what an operator remembers of it.</summary>
    public static PhiloxStream Of(ulong seed, ulong nameHash) => new(StableHash.Mix(StableHash.Mix(unchecked(seed + SeedStep)) ^ nameHash));
}
