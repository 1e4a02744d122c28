using Fovea.Errors;

namespace Fovea.Cli;

/// <summary>How the program ends; documented in docs/cli.md.</summary>
static class ExitCode
{
    public const int Done = 0, Internal = 1, Usage = 2, BadInput = 3, Environment = 4, Diverged = 5, OutOfMemory = 6, GateFailed = 7,
        Interrupted = 130, Terminated = 143;

    /// <summary>The code of an error.</summary>
    public static int Of(Exception error) => error switch
    {
        UsageException or ResumeMismatchException or ArgumentException => Usage,
        DivergedException => Diverged,
        MemoryBudgetException or OutOfMemoryException or InsufficientMemoryException => OutOfMemory,
        FileNotFoundException or DirectoryNotFoundException => BadInput,
        IOException or UnauthorizedAccessException => Environment,
        FoveaException => BadInput,
        _ => Internal,
    };
}

/// <summary>The command line itself is wrong.</summary>
sealed class UsageException(string message) : Exception(message);
