using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace Fovea.Tests;

/// <summary>
/// <c>FOVEA_CULTURE=tr-TR dotnet test</c> runs everything as a user of that culture would: Turkish has an i without a dot, German a decimal
/// comma. Nothing that Fovea reads or writes may change.
/// </summary>
public sealed class TestCulture
{
    const string Variable = "FOVEA_CULTURE";

    static string? Requested => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    [ModuleInitializer]
    internal static void Set()
    {
        if (Requested is { } name)
        {
            var culture = CultureInfo.GetCultureInfo(name, predefinedOnly: true);
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        }
    }

    [Fact]
    public void The_culture_asked_for_is_in_force()
    {
        Assert.SkipWhen(Requested is null, $"{Variable} is not set");

        Assert.Equal(Requested, CultureInfo.CurrentCulture.Name);
        Assert.Equal(Requested is "tr-TR" or "de-DE" ? "0,5" : $"{0.5}", 0.5.ToString(CultureInfo.CurrentCulture));
        Assert.Equal(Requested == "tr-TR" ? "ı" : "i", "I".ToLower(CultureInfo.CurrentCulture));
    }
}
