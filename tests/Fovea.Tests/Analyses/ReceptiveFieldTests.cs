using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>What a unit sees, by theory and by gradient.</summary>
public sealed class ReceptiveFieldTests(ITestOutputHelper output)
{
    public static TheoryData<string> Networks => [.. Zoo.All.Select(network => network.Name)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Theory_is_what_the_gradient_shows_in_the_zoo(string name)
    {
        // A size that every network takes. The classifier behind the maps sees everything: where it stands apart it is left out.
        var network = Zoo.Create(name, 3, [3, 64, 64]);
        var model = network.Children.FirstOrDefault(c => c.Name == "features").Child ?? network;
        model.Build([3, 64, 64], seed: 1);
        var summary = Analysis.Summary(model);
        string layer = summary.Layers.Last(l => l.OutputShape.Count == 4 && l.OutputShape[2] > 1).Name;
        var places = summary.Layers.Last(l => l.Name == layer && l.OutputShape.Count == 4).OutputShape;
        foreach (var (y, x) in new[] { (0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.0, 1.0), (0.3, 0.7) })
            SameField(model, layer, [(int)(y * (places[2] - 1)), (int)(x * (places[3] - 1))]);
    }

    [Fact]
    public void Theory_is_what_the_gradient_shows_in_random_graphs()
    {
        var random = new Random(7);
        int checkedGraphs = 0;
        while (checkedGraphs < 200)
        {
            var model = RandomNetwork.Create(random);
            try
            {
                model.Build([2, 17, 15], seed: 1);
            }
            catch (Errors.ShapeMismatchException)
            {
                continue;                                   // a window larger than what is left: drawn again
            }
            if (SeesNothing(() => Analysis.ReceptiveField(model)))
                Assert.True(SeesNothing(() => Analysis.MeasureReceptiveField(model)));  // padding alone
            else
            {
                SameField(model, "", default);
                checkedGraphs++;
            }
        }
    }

    static bool SeesNothing(Func<UnitField> look) =>
        Record.Exception(look) is ArgumentException error && error.Message.Contains("does not depend on the input");

    static void SameField(Module model, string layer, Dims unit)
    {
        UnitField theory = Analysis.ReceptiveField(model, layer, unit), gradient = Analysis.MeasureReceptiveField(model, layer, unit);
        Assert.Equal(theory.Axes.Select(a => (a.Start, a.Size, string.Join(' ', a.Holes))),
            gradient.Axes.Select(a => (a.Start, a.Size, string.Join(' ', a.Holes))));
    }

    // The article, 5.1: dilations 1, 2, 4 in a stack see sides of 3, 7, 15; single layers 3, 5, 9.
    [Fact]
    public void Dilated_layers_see_further()
    {
        var stack = Built(new Sequential(new Conv2d(2, 3), new Conv2d(2, 3, dilation: 2), new Conv2d(2, 3, dilation: 4)), [1, 31, 31]);
        Assert.Equal([3, 7, 15], new[] { "0", "1", "2" }.Select(layer => Analysis.ReceptiveField(stack, layer).Axes[0].Size));
        Assert.All(Analysis.ReceptiveField(stack).Axes, axis => Assert.Empty(axis.Holes));
        Assert.Equal([3, 5, 9], new[] { 1, 2, 4 }.Select(dilation =>
            Analysis.ReceptiveField(Built(new Conv2d(1, 3, dilation: dilation), [1, 31, 31])).Axes[0].Size));

        // 1, 1, 2 repeated grows by 8 a block; equal dilations leave holes.
        var blocks = Built(new Sequential([.. Enumerable.Range(0, 4).SelectMany(_ => new[] { 1, 1, 2 })
            .Select(d => new Conv1d(1, 3, dilation: d))]), [1, 64]);
        Assert.Equal([9, 17, 25, 33], new[] { "2", "5", "8", "11" }.Select(layer => Analysis.ReceptiveField(blocks, layer).Axes[0].Size));
        var gridding = Built(new Sequential(new Conv1d(1, 3, dilation: 2), new Conv1d(1, 3, dilation: 2)), [1, 32]);
        Assert.Equal(4, Analysis.ReceptiveField(gridding).Axes[0].Holes.Count);
        Assert.Equal(Analysis.ReceptiveField(gridding).Axes[0].Holes, Analysis.MeasureReceptiveField(gridding).Axes[0].Holes);
    }

    [Fact]
    public void Branches_see_what_either_sees()
    {
        var wide = Built(new Branches(new Conv2d(2, 3, padding: 1), new Conv2d(2, 3, padding: 4, dilation: 4)), [1, 21, 21]);
        var field = Analysis.ReceptiveField(wide, unit: [10, 10]);
        Assert.Equal((6, 9), (field.Axes[0].Start, field.Axes[0].Size));
        Assert.Equal([7, 8, 12, 13], field.Axes[0].Holes);
    }

    [Fact]
    public void Inputs_smaller_than_the_field_are_flagged()
    {
        var model = Built(new Sequential(new Conv2d(1, 7, padding: 3), new MaxPool2d(2), new Conv2d(1, 7, padding: 3)), [1, 12, 12]);
        var axis = Analysis.ReceptiveField(model).Axes[0];
        Assert.Equal((20.0, 2.0), (axis.FullSize, axis.Jump));
        Assert.True(axis.ExceedsInput(12) && !axis.ExceedsInput(20) && axis.Size == 12);
    }

    [Fact]
    public void What_is_worth_a_second_look_is_said_once()
    {
        var model = Built(new Sequential(("a", new Conv2d(1, 3, dilation: 2)), ("b", new Conv2d(1, 3, dilation: 2)),
            ("c", new Conv2d(1, 3, padding: 1, stride: 2)), ("d", new Conv2d(1, 5, padding: 2)), ("up", new ConvTranspose2d(1, 3, 2))),
            [1, 14, 14]);
        Assert.Equal([(FieldWarningKind.ExceedsInput, "d"), (FieldWarningKind.Checkerboard, "up")],
            Analysis.FieldWarnings(model).Select(w => (w.Kind, w.Layer)));
        var gridding = Built(new Sequential(("a", new Conv2d(1, 3, dilation: 2)), ("b", new Conv2d(1, 3, dilation: 2))), [1, 14, 14]);
        Assert.Equal((FieldWarningKind.Gridding, "b"), Assert.Single(Analysis.FieldWarnings(gridding).Select(w => (w.Kind, w.Layer))));
        Assert.Empty(Analysis.FieldWarnings(Built(new Sequential(new Conv2d(1, 3), new MaxPool2d(2)), [1, 14, 14])));
    }

    [Fact]
    public void Checkerboards_are_found()
    {
        var uneven = Built(new Sequential(new ConvTranspose2d(2, 3, 2), new ConvTranspose2d(2, 4, 2)), [1, 4, 4]);
        var found = Analysis.Checkerboards(uneven);
        Assert.Equal([("0", 0, 1, 2), ("0", 1, 1, 2)], found.Select(f => (f.Layer, f.Axis, f.Least, f.Most)));

        // With weights 1 the interior of the output shows it.
        var layer = Built(new ConvTranspose1d(1, 3, 2, bias: false, initializer: Initializer.Of(1)), [1, 6]);
        Assert.Equal([1, 2], layer.Forward(Tensor.Ones(1, 1, 6)).ToArray()[3..9].Distinct().Order());
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        var model = Built(new Sequential(("conv", new Conv2d(2, 3)), ("flatten", new Flatten()), ("fc", new Linear(3))), [1, 8, 8]);
        Assert.Contains("did you mean \"conv\"", Assert.Throws<ArgumentException>(() => Analysis.ReceptiveField(model, "cnov")).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Analysis.ReceptiveField(model, "conv", [6, 0]));
        Assert.Equal(8, Analysis.ReceptiveField(model).Axes[0].Size);
        // An operator of one's own that does not say what it sees: named, and measured all the same.
        var unknown = Built(new Lambda("unknown", x => Tensor.Apply(new Fieldless(), x)), [4, 5, 5]);
        var error = Assert.Throws<Errors.UnsupportedOperatorException>(() => Analysis.ReceptiveField(unknown));
        Assert.Contains("Fieldless", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Analysis.MeasureReceptiveField(unknown).Axes[0].Size);
        output.WriteLine(error.Message);
    }

    sealed record Fieldless : Op
    {
        public override bool HasEvaluate => true;

        public override TensorType[] Infer(Inputs inputs) => [inputs[0]];

        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient];

        public override IEnumerable<Sample> Samples() => [new(this, new Shape(2, 3))];

        public override void Evaluate(in KernelCall call) => call.Source<float>(0).CopyTo(call.Target<float>(0));

        protected internal override Op Code(Attributes attributes) => this;
    }

    sealed class Branches : Module
    {
        public Branches(params Module[] modules)
        {
            for (int i = 0; i < modules.Length; i++) Add($"branch{i}", modules[i]);
        }

        protected override Tensor Compute(Tensor x) => Children.Select(c => c.Child.Forward(x)).Aggregate((a, b) => a + b);
    }
}
