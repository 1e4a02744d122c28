using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

/// <summary>Checks that something is refused for the right reason.</summary>
internal static class Refused
{
    /// <summary>Runs it and checks the type of its exception and a part of the message, which stands on one line.</summary>
    public static TException With<TException>(string reason, Action action) where TException : FoveaException
    {
        TException error = Assert.Throws<TException>(action);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }
}
