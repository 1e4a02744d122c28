namespace Fovea.Tests.Mutations;

/// <summary>Mutants that change nothing that can be seen, each with the reason: reviewed one by one.</summary>
internal static class EquivalentMutants
{
    /// <summary>The key of a mutant (see <see cref="Mutant.Key"/>), and why it is the same program.</summary>
    internal static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
    };
}
