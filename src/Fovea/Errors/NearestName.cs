namespace Fovea.Errors;

/// <summary>Finds what somebody may have meant by a name that does not exist.</summary>
static class NearestName
{
    // Names are short; the distance takes time in the product of the lengths.
    const int MostLength = 200;

    /// <summary>
    /// The candidate with the fewest insertions, deletions and replacements of a character (upper and lower case count as equal), the first
    /// of several; null when even that shares less than half of the name.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int least = Math.Max(2, name.Length / 2) + 1;
        if (name.Length > MostLength) return null;
        foreach (string candidate in candidates)
        {
            if (candidate.Length > MostLength || Math.Abs(candidate.Length - name.Length) >= least) continue;
            int distance = Distance(name, candidate);
            if (distance >= least) continue;
            (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>Levenshtein's distance, one row of the table at a time.</summary>
    static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[MostLength + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
