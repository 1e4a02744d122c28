namespace Fovea.Tests.Mutations;

/// <summary>One change to the source, and what it is called in reports.</summary>
/// <param name="Number">The number that switches it on.</param>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Member">The member that holds it.</param>
/// <param name="Original">What stands there.</param>
/// <param name="Replacement">What stands there when it is on.</param>
internal sealed record Mutant(int Number, string File, int Line, string Member, string Original, string Replacement)
{
    /// <summary>What the table of equivalent mutants calls it: lines move.</summary>
    internal string Key => $"{string.Join('/', File.Split('/')[^2..])} {Member}: {Original} → {Replacement}";

    public override string ToString() => $"{File}:{Line} {Member}: {Original} → {Replacement}";
}

/// <summary>Mutants of one file, and its text with all of them behind switches.</summary>
internal sealed class MutatedFile(string file)
{
    internal string File => file;

    internal string Text { get; set; } = "";

    internal List<Mutant> Mutants { get; } = [];

    /// <summary>Where the switch of a mutant stands in the text, and whether it may change what is known to be assigned.</summary>
    internal List<(int Start, int End, int Number, bool IsLogical)> Switches { get; } = [];
}
