using Fovea.Tensors;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Onnx;

/// <summary>ONNX's own tests of its operators: every one is run, or says why not.</summary>
public sealed class OnnxOperatorTests(ITestOutputHelper output)
{
    const double Tolerance = 1e-5;

    // Half precision has 11 bits, bfloat16 has 8.
    const double HalfTolerance = 1e-3, BFloat16Tolerance = 1e-2;

    // What these tests expect was computed with 3.1415 for π; the models have all its digits.
    const double RoughTolerance = 1e-4;

    // And of the regions' numbers only four digits were written down.
    static readonly string[] Rough =
    [
        "test_roialign_aligned_false", "test_roialign_aligned_true",
        .. from window in (string[])["blackman", "hamming", "hann"]
           from kind in (string[])["", "_symmetric"]
           select $"test_{window}window{kind}_expanded",
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => OnnxCases.Absent is { } why
        ? [new("node") { Skip = why }]
        : [.. OnnxCases.Names.Where(name => OnnxCases.Reason(name) is null).Select(name => new TheoryDataRow<string>(name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operator_gives_the_numbers_of_ONNX(string name) => Check(name);

    internal static void Check(string name)
    {
        foreach (var (role, actual, expected) in OnnxCases.Run(name))
        {
            OnnxCases.Close($"{name}, {role}", actual, expected, expected.Element switch
            {
                ElementType.Float32 or ElementType.Float64 => Rough.Contains(name) ? RoughTolerance : Tolerance,
                ElementType.Float16 => HalfTolerance,
                ElementType.BFloat16 => BFloat16Tolerance,
                _ => 0,
            });
        }
    }

    [Fact]
    public void Every_test_is_run_or_says_why_not()
    {
        RequireData();
        var reasons = OnnxCases.Names.Select(name => OnnxCases.Reason(name)).ToArray();

        output.WriteLine($"{reasons.Count(reason => reason is null)} of {reasons.Length} tests are run. The others:");
        foreach (var group in reasons.OfType<string>().CountBy(reason => reason).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{group.Value,4}  {group.Key}");
        }

        Assert.InRange(reasons.Length, 900, int.MaxValue);
    }

    [Fact]
    public void No_reason_outlives_its_cause()
    {
        RequireData();
        var operators = OnnxCases.Names.SelectMany(name => OnnxCases.Model(name).Graph.Operators).ToHashSet();

        Findings.None("A reason for an operator that is run, or that no test has:",
            OnnxOperators.Reasons.Keys.Where(op => OnnxOperators.All.ContainsKey(op) || !operators.Contains(op)));
        Findings.None("An operator that no test has:", OnnxOperators.All.Keys.Where(op => !operators.Contains(op)));
        Findings.None("A reason for a test that is not there:", OnnxOperators.Tests.Keys.Except(OnnxCases.Names));
        Findings.None("A reason for a test that passes:", OnnxOperators.Tests.Keys.Where(name =>
            OnnxCases.Model(name).Graph.Operators.All(OnnxOperators.All.ContainsKey)
            && Record.Exception(() => Check(name)) is null));
    }

    static void RequireData() => Assert.SkipWhen(OnnxCases.Absent is not null, OnnxCases.Absent ?? "");
}
