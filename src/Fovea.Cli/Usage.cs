using System.CommandLine;
using Fovea.Errors;

namespace Fovea.Cli;

/// <summary>What is said about a wrong command line, and about errors.</summary>
static class Usage
{
    /// <summary>What is wrong with a command line, with the nearest name there is.</summary>
    public static string Message(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (string token in parsed.UnmatchedTokens)
        {
            if (token.StartsWith('-'))
            {
                var names = Chain(parsed).SelectMany(c => c.Options).SelectMany(o => o.Aliases.Append(o.Name)).Append("--help");
                return $"There is no option {token} of {command.Name}{Nearest.Hint(token, names)}. See fovea {Verb(parsed)}--help.";
            }
            if (command.Subcommands.Count > 0)
                return $"There is no verb \"{token}\"{Nearest.Hint(token, command.Subcommands.Select(c => c.Name))}. "
                    + $"There are: {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
        }
        return $"{parsed.Errors[0].Message} See fovea {Verb(parsed)}--help.";
    }

    static string Verb(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";

    static IEnumerable<Command> Chain(ParseResult parsed) => [parsed.CommandResult.Command, parsed.RootCommandResult.Command];

    /// <summary>An error in one line.</summary>
    public static string OneLine(Exception error)
    {
        while (error is AggregateException { InnerException: { } inner }) error = inner;
        string text = error.Message.ReplaceLineEndings(" ").Trim();
        // "(Parameter 'x')" speaks to programmers.
        int parameter = text.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? text : text[..parameter];
    }
}
