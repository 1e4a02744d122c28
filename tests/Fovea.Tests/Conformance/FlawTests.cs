using Fovea.Cpu;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Conformance;

/// <summary>
/// The suite can fail: an operator of another assembly passes, and every rule that it breaks is found by the check meant for it.
/// </summary>
public sealed class FlawTests(ITestOutputHelper output)
{
    static FlawTests()
    {
        CpuKernels.Add(new WeightedKernel());
        CpuKernels.Add(new CopiedKernel("Copied.naive"));
        CpuKernels.Add(new CopiedKernel("Copied.fast"));
    }

    [Fact]
    public void An_operator_of_ones_own_conforms()
    {
        var report = Fovea.Conformance.Check(new Weighted(1));

        Assert.Equal(2, report.Samples);
        Assert.All(Enum.GetValues<ConformanceCheck>().Except([ConformanceCheck.ElementTypes]),
            check => Assert.True(report.Count(check) > 0, $"{check} was never made"));
        Assert.Contains(report.Notes, note => note.Contains("float32", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Flaw.AttributeIsLost, ConformanceCheck.Attributes, "read from its text it is Weighted(By=1, ")]
    [InlineData(Flaw.ShapeIsTooLarge, ConformanceCheck.Shapes, "depends on what memory held before (is 2x3x6 its size?)")]
    [InlineData(Flaw.ShapeIsTooSmall, ConformanceCheck.Shapes, "IndexOutOfRangeException")]
    [InlineData(Flaw.SymbolIsOneTooLarge, ConformanceCheck.Symbols,
        "with S = 3 for axis 1 of input 0 output 0 is Float32 [2; S + 1; 5], that is 2x4x5")]
    [InlineData(Flaw.CostIsOneTooHigh, ConformanceCheck.Cost, "it costs 31 multiply-adds; counted 30")]
    [InlineData(Flaw.FieldIsTooSmall, ConformanceCheck.Field, "unit 0 of axis 2 sees pixels 0 to 0 of input 0; its field says 0 to -1")]
    [InlineData(Flaw.FieldIsTooLarge, ConformanceCheck.Field, "unit 1 of axis 2 sees pixels 1 to 1 of input 0; its field says 0 to 2")]
    [InlineData(Flaw.KernelIsOffByOne, ConformanceCheck.Kernels, "output 0 of Weighted.halves, row-major: element [0, 0, 1] is ")]
    [InlineData(Flaw.KernelWritesBeyondItsEnd, ConformanceCheck.Shapes, "output 0 of Weighted.halves was written beyond its end")]
    [InlineData(Flaw.KernelSwallowsNaN, ConformanceCheck.NotFinite,
        "Weighted.halves, row-major, with NaN in input 0: element [0, 2, 0] is 0")]
    [InlineData(Flaw.DecompositionForgetsTheWeights, ConformanceCheck.Kernels, "output 0 of the decomposition: element [0, 0, 0] is ")]
    [InlineData(Flaw.RecipeIsShared, ConformanceCheck.Recipes,
        "recipe evaluate.Weighted: output 0 of evaluate, row-major and of Weighted.halves")]
    [InlineData(Flaw.PiecesDependOnEachOther, ConformanceCheck.Recipes, "pieces last to first and of Weighted.halves, row-major differ")]
    [InlineData(Flaw.LargeBatchesAreCutShort, ConformanceCheck.Pieces, "Weighted.halves, row-major, in a batch of 67: element [")]
    [InlineData(Flaw.BatchIsSeen, ConformanceCheck.Batch, "computed as a batch of 1 and in one of 64")]
    [InlineData(Flaw.GradientHasTheWrongSign, ConformanceCheck.Gradient, "element [0, 0, 0] of input 0: the gradient is ")]
    [InlineData(Flaw.GradientForgetsAnInput, ConformanceCheck.Gradient,
        "element [0] of input 1: the gradient is 0, finite differences give ")]
    [InlineData(Flaw.SecondGradientIsCut, ConformanceCheck.SecondGradient, "element [0, 0, 0] of input 0: the gradient is 0, ")]
    public void Every_flaw_is_found(Flaw flaw, ConformanceCheck check, string what)
    {
        var error = Assert.Throws<ConformanceException>(() => Fovea.Conformance.Check(new Weighted(1, flaw)));

        output.WriteLine(error.Message);
        Assert.Contains($", {check}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Weighted, sample ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_element_types_are_held_to_the_reference()
    {
        Assert.True(Fovea.Conformance.Check(new Copied(false)).Count(ConformanceCheck.ElementTypes) > 0);
        var error = Assert.Throws<ConformanceException>(() => Fovea.Conformance.Check(new Copied(true)));
        Assert.Contains(", ElementTypes: output 0 of Copied.fast, row-major, of Int32: element [0, 0] is ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_check_finds_something()
    {
        var found = typeof(FlawTests).GetMethod(nameof(Every_flaw_is_found))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => ((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).ElementAt(
                1).Value);

        // Threads differ only where pieces race: no test may rest on that. Pieces run last to first stand for it.
        // Element types have the test above.
        var expected = Enum.GetValues<ConformanceCheck>().Except([ConformanceCheck.Threads, ConformanceCheck.ElementTypes]);
        Assert.Equal(expected.Select(c => (object)(int)c).Order(), found.Distinct().Order());
    }

    sealed record Unchecked : Op
    {
        public override TensorType[] Infer(Inputs inputs) => [inputs[0]];
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient];
        public override IEnumerable<Sample> Samples() => [];
        protected internal override Op Code(Attributes attributes) => this;
    }

    [Fact]
    public void An_operator_without_samples_is_refused() =>
        Assert.Contains("Samples() is empty", Assert.Throws<ConformanceException>(() => Fovea.Conformance.Check(new Unchecked())).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_function_is_held_to_finite_differences()
    {
        var x = Tensor.From([0.5, -1.25, 2.0, 0.75], [2, 2]);

        Gradients.Check(t => (t * t).Tanh(), x);
        Gradients.Check(t => (t[0] * t[1]).Exp(), x, Tensor.From(0.25, -0.5));
        Gradients.Check(t => t.Square(), Tensor.From(0.5f, -1.5f));

        var error = Assert.Throws<ConformanceException>(() => Gradients.Check(t => t * t.StopGradient(), x));
        Assert.StartsWith("element [0, 0] of input 0: the gradient is ", error.Message, StringComparison.Ordinal);
        Assert.Throws<ConformanceException>(() => Gradients.Check(t => t * t.StopGradient(), Tensor.From(1.5f)));
    }
}
