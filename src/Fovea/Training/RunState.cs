using System.Globalization;

namespace Fovea.Training;

/// <summary>
/// Where a run stands, beside the values of its variables. All random numbers are keyed by seed and position, so this is the
/// whole random state. A step changes it in place, so that it allocates nothing.
/// </summary>
sealed record RunState
{
    /// <summary>The epoch that goes on, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps of it that are done. All of them: it must still be evaluated.</summary>
    public int StepInEpoch { get; set; }

    /// <summary>Steps in all.</summary>
    public long Steps { get; set; }

    /// <summary>The length of metrics.jsonl.</summary>
    public long MetricsLength { get; set; }

    /// <summary>Losses of this epoch, each times its samples.</summary>
    public double LossSum { get; set; }

    /// <summary>Samples of this epoch that were classified rightly.</summary>
    public long Correct { get; set; }

    /// <summary>Samples of this epoch.</summary>
    public long Seen { get; set; }

    /// <summary>Seconds that this epoch has taken.</summary>
    public double EpochSeconds { get; set; }

    /// <summary>The epoch whose weights are the best, from 1; 0 before there is one.</summary>
    public int BestEpoch { get; set; }

    /// <summary>What the best epoch had of what is monitored.</summary>
    public double BestValue { get; set; }

    /// <summary>Epochs that have ended since.</summary>
    public int EpochsSinceBest { get; set; }

    /// <summary>The numbers as texts.</summary>
    public Dictionary<string, string> ToTexts()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, get, _) in Fields) texts[name] = get(this).ToString(null, CultureInfo.InvariantCulture);
        return texts;
    }

    /// <summary>Reads what <see cref="ToTexts"/> gave.</summary>
    /// <exception cref="FormatException">A number is missing, or is none.</exception>
    /// <exception cref="OverflowException">A number is too large.</exception>
    public static RunState Parse(IReadOnlyDictionary<string, string> texts)
    {
        var state = new RunState();
        foreach (var (name, _, set) in Fields)
            set(state, texts.TryGetValue(name, out var text) ? text : throw new FormatException($"{name} is missing"));
        return state;
    }

    static readonly (string Name, Func<RunState, IFormattable> Get, Action<RunState, string> Set)[] Fields =
    [
        ("epoch", s => s.Epoch, (s, t) => s.Epoch = Count(t)),
        ("stepInEpoch", s => s.StepInEpoch, (s, t) => s.StepInEpoch = Count(t)),
        ("steps", s => s.Steps, (s, t) => s.Steps = Long(t)),
        ("metricsLength", s => s.MetricsLength, (s, t) => s.MetricsLength = Long(t)),
        ("lossSum", s => s.LossSum, (s, t) => s.LossSum = Real(t)),
        ("correct", s => s.Correct, (s, t) => s.Correct = Long(t)),
        ("seen", s => s.Seen, (s, t) => s.Seen = Long(t)),
        ("epochSeconds", s => s.EpochSeconds, (s, t) => s.EpochSeconds = Real(t)),
        ("bestEpoch", s => s.BestEpoch, (s, t) => s.BestEpoch = Count(t)),
        ("bestValue", s => s.BestValue, (s, t) => s.BestValue = Real(t)),
        ("epochsSinceBest", s => s.EpochsSinceBest, (s, t) => s.EpochsSinceBest = Count(t)),
    ];

    static int Count(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    static long Long(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
