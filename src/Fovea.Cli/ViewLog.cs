using Microsoft.Extensions.Logging;

namespace Fovea.Cli;

/// <summary>What the trainer says of its own accord, a line each: warnings always, the rest with <c>--verbose</c>.</summary>
/// <param name="view">Where the line goes, so that it does not cross the progress.</param>
/// <param name="least">The least level that is said.</param>
sealed class ViewLog(TrainingView view, LogLevel least) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    // Errors are thrown as well, and the program says each once.
    public bool IsEnabled(LogLevel level) => level >= least && level < LogLevel.Error;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(level)) view.Say($"fovea: {formatter(state, exception)}");
    }
}
