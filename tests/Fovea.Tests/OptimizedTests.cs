using System.Diagnostics;
using System.Reflection;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests;

public sealed class OptimizedTests
{
    [Fact]
    public void Library_is_optimised_in_every_configuration() =>
        Assert.False(typeof(FoveaException).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled ?? false);
}
