namespace Fovea.Errors;

/// <summary>Finds what somebody meant who mistyped a name.</summary>
public static class Nearest
{
    /// <summary>The candidate with the fewest edits, if it is near enough to be meant; null otherwise.</summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int edits = Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits >= fewest) continue;
            (best, fewest) = (candidate, edits);
        }
        return fewest <= Math.Max(2, name.Length / 3) ? best : null;
    }

    /// <summary>" (did you mean "x"?)", or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        To(name, candidates) is { } meant ? $" (did you mean \"{meant}\"?)" : "";

    // Levenshtein's distance, one row at a time.
    static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
