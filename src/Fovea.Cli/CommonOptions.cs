using System.CommandLine;

namespace Fovea.Cli;

/// <summary>What every verb takes.</summary>
sealed class CommonOptions
{
    public Option<bool> Json { get; } =
        new("--json") { Description = "One machine-readable result on standard output; all else goes to standard error." };

    public Option<ulong> Seed { get; } =
        new("--seed") { Description = "Chooses weights, split, order and augmentation.", DefaultValueFactory = _ => 1 };

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "Threads, loaders included. Results do not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "More words; a stack trace with an error." };

    public void AddTo(Command command)
    {
        command.Options.Add(Json);
        command.Options.Add(Seed);
        command.Options.Add(Threads);
        command.Options.Add(Verbose);
    }

    /// <summary>Applies what is global.</summary>
    public void Apply(ParseResult parsed)
    {
        int threads = parsed.GetValue(Threads);
        if (threads < 1) throw new UsageException($"--threads is {threads}: at least 1.");
        Engine.Threads = threads;
    }
}
