using Fovea.Errors;
using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Modules;

/// <summary>Layers of LSTM and GRU. Their numbers are held to PyTorch's by the golden vectors.</summary>
public sealed class RecurrentTests
{
    const int Batch = 3, Steps = 6, Features = 4, State = 5;

    static Recurrent Built(bool gru, int layers = 1, bool bidirectional = false, bool sequences = true)
    {
        Recurrent module = gru ? new Gru(State, layers, bidirectional, sequences: sequences)
            : new Lstm(State, layers, bidirectional, sequences: sequences);
        module.Build([Steps, Features], seed: 3);
        return module;
    }

    static Tensor Input(int steps = Steps) => SampleValue.Normal([Batch, steps, Features], 7).ToTensor();

    // 4 · 5 · (4 + 5 + 2) for an LSTM's first layer, 4 · 5 · (10 + 5 + 2) for the second of two both ways: torch.nn.LSTM counts so.
    [Theory]
    [InlineData(false, 1, false, 220)]
    [InlineData(false, 2, true, 1120)]
    [InlineData(true, 1, false, 165)]
    [InlineData(true, 2, true, 840)]
    public void Parameters_are_as_many_as_PyTorch_has(bool gru, int layers, bool bidirectional, long count) =>
        Assert.Equal(count, Built(gru, layers, bidirectional).Parameters.Sum(p => p.Count));

    [Fact]
    public void Parameters_have_the_names_of_PyTorch_and_lie_within_one_over_the_root_of_the_state()
    {
        var parameters = Built(gru: false, layers: 2, bidirectional: true).Parameters;

        Assert.Equal(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"], parameters.Take(4).Select(p => p.Name));
        Assert.Equal("weight_ih_l1_reverse", parameters[12].Name);
        Assert.Equal(new Shape(4 * State, 2 * State), parameters[12].Shape);
        var values = parameters.SelectMany(p => p.ToArray()).ToArray();
        Assert.InRange(values.Max(Math.Abs), 0.9 / Math.Sqrt(State), 1 / Math.Sqrt(State));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_last_state_alone_is_that_of_both_ways(bool gru)
    {
        var all = Built(gru, bidirectional: true).Forward(Input());
        var last = Built(gru, bidirectional: true, sequences: false).Forward(Input());

        Assert.Equal(new Shape(Batch, Steps, 2 * State), all.Shape);
        Assert.Equal(new Shape(Batch, 2 * State), last.Shape);
        // Forward ends at the last step, backward at the first.
        Assert.Equal(all[.., ^1, ..State].ToArray(), last[.., ..State].ToArray());
        Assert.Equal(all[.., 0, State..].ToArray(), last[.., State..].ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_lies_beyond_a_length_changes_no_bit(bool gru)
    {
        var module = Built(gru, layers: 2, bidirectional: true);
        var x = Input();
        long[] lengths = [6, 4, 1];
        var together = module.Forward(x, Tensor.From(lengths));
        var dirty = module.Forward(Tensor.Where(Tensor.Arange(Steps).Reshape(1, Steps, 1) < Tensor.From(lengths).Reshape(Batch, 1, 1),
            x, x.Full(double.NaN)), Tensor.From(lengths));
        Assert.Equal(together.Output.ToArray(), dirty.Output.ToArray());
        for (var n = 0; n < Batch; n++)
        {
            var length = (int)lengths[n];
            var alone = module.Forward(x[n..(n + 1), ..length], lengths: null);
            Assert.Equal(alone.Output.ToArray(), together.Output[n..(n + 1), ..length].ToArray());
            Assert.All(together.Output[n..(n + 1), length..].ToArray(), y => Assert.Equal(0, y));
            for (var i = 0; i < alone.Hidden.Count; i++)
            {
                Assert.Equal(alone.Hidden[i].ToArray(), together.Hidden[i][n..(n + 1)].ToArray());
            }
        }
    }

    [Fact]
    public void States_go_on_from_one_part_of_a_sequence_to_the_next()
    {
        var module = Built(gru: false, layers: 2);
        var whole = module.Forward(Input(), lengths: null);
        var first = module.Forward(Input()[.., ..2], lengths: null);
        var second = module.Forward(Input()[.., 2..], lengths: null, first.Hidden, first.Cell);

        Assert.Equal(whole.Output[.., 2..].ToArray(), second.Output.ToArray());
        Assert.Equal(whole.Cell[1].ToArray(), second.Cell[1].ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_length_that_no_sequence_has_is_refused(bool gru) =>
        Assert.Contains("Length 7", Assert.Throws<IndexOutOfRangeException>(
            () => Built(gru).Forward(Input(), Tensor.From(1L, 7L, 2L)).Output.ToArray()).Message);

    [Fact]
    public void Channels_before_steps_are_refused_with_the_mend()
    {
        var fault = Assert.Throws<ShapeMismatchException>(() => Built(gru: false).Forward(Input().Transpose(0, 2, 1)));

        Assert.Contains("Transpose(0, 2, 1)", fault.Message);
    }

    [Fact]
    public void A_second_derivative_is_refused_by_name()
    {
        var x = Input().Watch();
        var slope = Gradients.Of(Built(gru: true).Forward(x).Sum(), x).Square().Sum();

        Assert.Contains("Gru has no second derivative", Assert.Throws<UnsupportedOperatorException>(() => Gradients.Of(slope, x)).Message);
    }

    [Fact]
    public void The_gradient_does_not_compute_the_layer_twice()
    {
        var module = Built(gru: false);
        var step = Function.Compile((Tensor x) =>
        {
            var loss = module.Forward(x).Square().Sum();
            return (loss, Gradients.Of(loss, module.Parameters)[0]);
        }, Mode.Training);

        var lines = step.Print(Input()).Split('\n');

        Assert.Single(lines, line => line.Contains("= Lstm(", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("= LstmGradient(", StringComparison.Ordinal));
    }
}
