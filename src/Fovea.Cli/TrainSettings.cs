using System.Globalization;
using Fovea.Data;

namespace Fovea.Cli;

/// <summary>
/// What <c>train</c> decides a run by. Kept as text in run.json under cli.*, so that a run can be resumed without repeating its options.
/// </summary>
sealed class TrainSettings
{
    const string Prefix = "cli.";
    readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The defaults: chosen on a split of Fashion-MNIST's training files (bench/results/fashion-mnist.md).</summary>
    static readonly (string Name, string Value)[] Defaults =
    [
        ("set", NamedSets.Default), ("network", "fashion"), ("epochs", "14"), ("batch", "64"), ("optimizer", "adamw"), ("lr", ""),
        ("schedule", "cosine"), ("warm-up", ""), ("weight-decay", ""), ("label-smoothing", "0.05"), ("clip", ""), ("seed", "1"),
        ("quick", "false"),
    ];

    TrainSettings() { }

    /// <summary>The names, as options and in run.json.</summary>
    public static IEnumerable<string> Names => Defaults.Select(d => d.Name);

    /// <summary>Settings of a new run.</summary>
    public static TrainSettings Of(IReadOnlyDictionary<string, string> typed)
    {
        var settings = new TrainSettings();
        foreach (var (name, value) in Defaults) settings._values[name] = typed.GetValueOrDefault(name, value);
        if (settings.Quick && !typed.ContainsKey("epochs")) settings._values["epochs"] = "3";
        return settings;
    }

    /// <summary>Settings of a run that is resumed.</summary>
    /// <exception cref="UsageException">An option that was typed differs; the message lists both.</exception>
    public static TrainSettings Resume(string run, IReadOnlyDictionary<string, string> recorded, IReadOnlyDictionary<string, string> typed)
    {
        var settings = new TrainSettings();
        foreach (var (name, _) in Defaults)
            settings._values[name] = recorded.TryGetValue(Prefix + name, out string? value) ? value
                : throw new UsageException($"{run} was not started by fovea train: resume it from the program that did.");
        string[] different = [.. typed.Where(t => settings._values.TryGetValue(t.Key, out string? was) && !Same(was, t.Value))
            .Select(t => $"--{t.Key} was {(settings._values[t.Key].Length == 0 ? "not given" : settings._values[t.Key])}, is {t.Value}")];
        return different.Length == 0 ? settings
            : throw new UsageException($"{run} cannot be resumed with other settings: {string.Join("; ", different)}.");
    }

    /// <summary>Numbers are compared as numbers: 2e-3 is 0.002.</summary>
    static bool Same(string a, string b) => a == b
        || double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out double x)
        && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out double y) && x.Equals(y);

    /// <summary>What is recorded.</summary>
    public IReadOnlyDictionary<string, string> ToRecord() => _values.ToDictionary(v => Prefix + v.Key, v => v.Value);

    public string Set => _values["set"];
    public string Network => _values["network"];
    public bool Quick => _values["quick"] == "true";
    public int Epochs => Integer("epochs", 1);
    public int Batch => Integer("batch", 1);
    public ulong Seed => ulong.TryParse(_values["seed"], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
        : throw new UsageException($"--seed is \"{_values["seed"]}\": a whole number from 0.");
    public double? Clip => _values["clip"].Length == 0 ? null : Number("clip");

    public Loss Loss =>
        Number("label-smoothing") is var smoothing && smoothing == 0 ? Losses.CrossEntropy : Losses.CrossEntropyWith((float)smoothing);

    public Optimizer Optimizer
    {
        get
        {
            string name = _values["optimizer"];
            double? rate = _values["lr"].Length == 0 ? null : Number("lr"), decay = _values["weight-decay"].Length == 0 ? null
                : Number("weight-decay");
            return name switch
            {
                "sgd" => new Sgd(rate ?? 0.1, momentum: 0.9, nesterov: true, decay ?? 5e-4),
                "adam" => new Adam(rate ?? 1e-3, weightDecay: decay ?? 0),
                "adamw" => new AdamW(rate ?? 2e-3, weightDecay: decay ?? 0.05),
                "rmsprop" => new RmsProp(rate ?? 1e-3, momentum: 0.9, weightDecay: decay ?? 0),
                "adadelta" => new Adadelta(rate ?? 1, weightDecay: decay ?? 0),
                _ => throw Unknown("optimizer", name, ["sgd", "adam", "adamw", "rmsprop", "adadelta"]),
            };
        }
    }

    public Schedule Schedule
    {
        get
        {
            string name = _values["schedule"];
            double? typed = _values["warm-up"].Length == 0 ? null : Number("warm-up");
            // One cycle rises by itself: a warm-up is how long that takes.
            if (name == "one-cycle") return typed is not { } epochs ? Schedule.OneCycle()
                : Schedule.OneCycle(epochs > 0 && epochs < Epochs ? epochs / Epochs
                    : throw new UsageException(
                        $"--warm-up is \"{_values["warm-up"]}\": the rise of one-cycle takes some of the {Epochs} epochs."));
            var schedule = name switch
            {
                "constant" => Schedule.Constant,
                "cosine" => Schedule.Cosine(),
                "step" => Schedule.Step(Math.Max(1, Epochs / 3)),
                _ => throw Unknown("schedule", name, ["constant", "cosine", "step", "one-cycle"]),
            };
            double warmUp = Math.Min(typed ?? 1, Epochs / 2.0);
            return warmUp > 0 ? schedule.WithWarmUp(warmUp) : schedule;
        }
    }

    /// <summary>Photographs of things may be mirrored; digits may not.</summary>
    public Augmentation Augmentation => new() { HorizontalFlip = Set != "mnist", Shift = Set == "cifar10" ? 4 : 2 };

    int Integer(string name, int least) =>
        int.TryParse(_values[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least ? value
            : throw new UsageException($"--{name} is \"{_values[name]}\": a whole number, at least {least}.");

    double Number(string name) =>
        double.TryParse(_values[name], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            && value >= 0 ? value
            : throw new UsageException($"--{name} is \"{_values[name]}\": a number, not negative.");

    static UsageException Unknown(string option, string value, string[] known) =>
        new($"--{option} is \"{value}\"{Errors.Nearest.Hint(value, known)}: {string.Join(", ", known)}.");
}
