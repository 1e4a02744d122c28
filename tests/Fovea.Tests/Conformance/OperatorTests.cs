using Fovea.Ops;
using Xunit;

namespace Fovea.Tests.Conformance;

/// <summary>
/// Every operator of the catalog on every one of its samples: a failure names the operator, the sample, the check, the numbers.
/// </summary>
public sealed class OperatorTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. OpCatalog.All.Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operator_conforms(string name)
    {
        var report = Fovea.Conformance.Check(OpCatalog.All.Single(op => op.Name == name));

        output.WriteLine(report.ToString());
        foreach (var note in report.Notes)
        {
            output.WriteLine(note);
        }
    }
}
