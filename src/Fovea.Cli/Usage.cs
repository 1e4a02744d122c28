using System.CommandLine;
using Fovea.Errors;

namespace Fovea.Cli;

/// <summary>What is said about a wrong command line, and about errors.</summary>
static class Usage
{
    /// <summary>What is wrong with a command line, with the nearest name there is; null when nothing is.</summary>
    public static string? Fault(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // The parser would take a mistyped option for the value of an argument that may be left away.
        string[] names = [.. Chain(parsed).SelectMany(c => c.Options).SelectMany(o => o.Aliases.Append(o.Name)), "--help"];
        foreach (var token in parsed.Tokens)
        {
            string name = token.Value.Split('=')[0];
            if (token.Type == System.CommandLine.Parsing.TokenType.Argument && name.StartsWith("--", StringComparison.Ordinal)
                && name.Length > 2)
                return $"There is no option {name} of {command.Name}{Nearest.Hint(name, names)}. See fovea {Verb(parsed)}--help.";
        }
        if (parsed.Errors.Count == 0) return null;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0)
            return $"There is no verb \"{parsed.UnmatchedTokens[0]}\""
                + $"{Nearest.Hint(parsed.UnmatchedTokens[0], command.Subcommands.Select(c => c.Name))}. "
                + $"There are: {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
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
