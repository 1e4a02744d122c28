using Fovea.Ops;
using Fovea.Tests.Architecture;
using Fovea.Tests.Onnx;
using Xunit;

namespace Fovea.Tests.Documentation;

/// <summary>docs/operators.md says what is there.</summary>
public sealed class OperatorPageTests
{
    const string File = "docs/operators.md", Accept = "FOVEA_ACCEPT_DOCS";

    [Fact]
    public void Every_operator_function_and_module_has_its_facts()
    {
        var findings = new List<string>();
        Same(OpCatalog.All.Select(op => op.Name), OperatorFacts.All.Keys);
        Same(ComposedFunctions.Public.Except(ComposedFunctions.OfOperators), ComposedFunctions.All.Keys);
        Same(LossFacts.Public, LossFacts.All.Keys);
        Same(ModuleFacts.Public.Select(type => type.Name), ModuleFacts.All.Keys.SelectMany(ModuleFacts.Siblings));
        Findings.None("Facts in tests/Fovea.Tests/Documentation:", findings);

        void Same(IEnumerable<string> there, IEnumerable<string> told)
        {
            findings.AddRange(there.Except(told).Select(name => $"missing: {name}"));
            findings.AddRange(told.Except(there).Select(name => $"of what is not there: {name}"));
        }
    }

    [Fact]
    public void The_page_of_operators_is_what_would_be_written_now()
    {
        Assert.SkipWhen(OnnxCases.Absent is not null, OnnxCases.Absent ?? "");
        var expected = OperatorPage.Write();
        var path = Repository.PathOf(File);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            System.IO.File.WriteAllText(path, expected);
        }

        string[] written = System.IO.File.Exists(path) ? Repository.Read(File).ReplaceLineEndings("\n").Split('\n') : [];
        Findings.None($"{File} is not what the source says; run this test with {Accept}=1, and commit the file. New lines:",
            expected.Split('\n').Except(written));
        Findings.None($"{File} has lines that nothing says any more; run this test with {Accept}=1:", written.Except(expected.Split('\n')));
    }

}
