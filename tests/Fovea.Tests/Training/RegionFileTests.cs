using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;
using Fovea.Tests.Data;
using Fovea.Tests.Modules;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>Operators with bodies in model files: the bodies' text comes back, and damaged text is refused.</summary>
public sealed class RegionFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A recurrent layer, then a cell of its own by scan, whose steps choose by what they are.</summary>
    sealed class Cell : Module
    {
        readonly Recurrent _below;
        Variable _weight = null!;

        public Cell() => _below = Add("below", new Fovea.Modules.Gru(3, bidirectional: true));

        protected override void CreateParameters(Shape input) => _weight = AddParameter("weight", [6, 6], Initializer.LeCun);

        protected override Tensor Compute(Tensor x)
        {
            var y = _below.Forward(x);
            var (state, outputs) = Tensor.Scan(y[.., 0].Full(0.5), y, (s, e) =>
            {
                var next = (s.MatMul(_weight) + e * 0.5f).Tanh();
                return (Tensor.If(next.Sum() > 0, () => next, () => -next / x.Shape[0]), next);
            }, axis: 1);
            return state + outputs.Sum(1);
        }
    }

    [Fact]
    public void A_loaded_model_predicts_the_same_bits_and_trains_on()
    {
        var model = new Cell();
        model.Build([5, 4], seed: 2);
        ModelFile.Save(_folder["m.safetensors"], model);
        var loaded = ModelFile.Load(_folder["m.safetensors"]).Module;
        foreach (var batch in new[] { 1, 3, 8 })
        {
            var x = SampleModels.Random([batch, 5, 4]);
            Assert.Equal(model.Forward(x).ToArray(), loaded.Forward(x).ToArray());
        }

        var input = SampleModels.Random([2, 5, 4]);
        var expected = Gradients.Of(model.Forward(input).Square().Sum(), model.Parameters);
        var actual = Gradients.Of(loaded.Forward(input).Square().Sum(), loaded.Parameters);
        Assert.Equal(expected.SelectMany(g => g.ToArray()), actual.SelectMany(g => g.ToArray()));
        ModelFile.Save(_folder["again.safetensors"], loaded);
        ModelFile.Save(_folder["third.safetensors"], ModelFile.Load(_folder["again.safetensors"]).Module);
        Assert.Equal(File.ReadAllBytes(_folder["again.safetensors"]), File.ReadAllBytes(_folder["third.safetensors"]));
    }

    public static TheoryData<string> Operators => ["If", "Loop", "Scan"];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Damaged_text_of_a_body_is_refused_or_read(string name)
    {
        const string letters = "{}[]();,=@\"\\ 0129NxFloat32return";
        var prototype = OpCatalog.All.Single(op => op.Name == name);
        ulong state = 88172645463325252;
        int Next(int below) => (int)((state = state * 6364136223846793005 + 1442695040888963407) >> 33) % below;
        var read = 0;
        foreach (var sample in prototype.Samples().Take(5))
        {
            var attributes = Attributes.Of(sample.Op);
            Assert.Equal(sample.Op, Attributes.Read(prototype, attributes));
            for (var i = 0; i < 400; i++)
            {
                var text = attributes[0].Value.ToList();
                for (var j = Next(3); j >= 0; j--)
                {
                    var at = Next(text.Count);
                    if (Next(2) == 0)
                    {
                        text[at] = letters[Next(letters.Length)];
                    }
                    else
                    {
                        text.RemoveAt(at);
                    }
                }

                try
                {
                    Attributes.Read(prototype, [new(attributes[0].Key, string.Concat(text)), .. attributes.Skip(1)]);
                    read++;
                }
                catch (FormatException) { }
            }
        }

        Assert.InRange(read, 1, 1999);
    }

    [Fact]
    public void Text_is_quoted_where_it_must_be()
    {
        // A scope with every mark that text of bodies has.
        using (Scope.Enter("a \"b\" {c; @d\\"))
        {
            var op = new Scan(Region.Of([TensorType.Float([3])], x => [x[0] * 2 + 1]), 1, 0, 4);
            Assert.Equal(op, Attributes.Read(new Scan(Region.Empty, 0, 0, 0), Attributes.Of(op)));
            TensorType[] types = [TensorType.Float([3])];
            var outer = new If(Region.Of(types, x => [Tensor.Apply(op, x[0])]), Region.Of(types, x => [x[0]]));
            Assert.Equal(outer, Attributes.Read(new If(Region.Empty, Region.Empty), Attributes.Of(outer)));
        }
    }

    [Fact]
    public void Bodies_too_deep_are_refused()
    {
        var text = string.Concat(Enumerable.Repeat("{; If[Then=", 20)) + "{; return}"
            + string.Concat(Enumerable.Repeat("](0); return}", 20));

        Assert.Throws<FormatException>(() => Attributes.Read(new If(Region.Empty, Region.Empty), [new("Then", text)]));
    }
}
