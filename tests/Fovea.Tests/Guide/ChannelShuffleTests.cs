using Fovea.Cpu;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Guide;

/// <summary>The guide's example does what the guide says.</summary>
public sealed class ChannelShuffleTests
{
    [Fact]
    public void Channels_are_dealt_out_in_turn()
    {
        var x = TestValue.Fill([1, 6, 2], i => (float)i);                   // two groups of three channels, two pixels each

        var y = KernelHarness.Run(new ChannelShuffleNaive(), new ChannelShuffle(2), x)[0].To<float>();

        Assert.Equal([0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11], y);
    }

    [Fact]
    public void Any_layout_gives_the_same()
    {
        var x = TestValue.Normal([2, 6, 3, 2], seed: 1);
        var channelsLast = new KernelRun { Free = Layout.ChannelsLast };

        Assert.Equal(
            KernelHarness.Run(new ChannelShuffleNaive(), new ChannelShuffle(3), x)[0].Bytes,
            KernelHarness.Run(new ChannelShuffleNaive(), new ChannelShuffle(3), channelsLast, x)[0].Bytes);
    }

    [Fact]
    public void Groups_that_do_not_divide_are_refused_with_numbers()
    {
        var x = Tensor.From(new float[10], [1, 5, 2]);

        var error = Assert.Throws<ShapeMismatchException>(() => x.ChannelShuffle(2));

        Assert.Equal("ChannelShuffle cannot deal the channels (axis 1) of 1x5x2 out over 2 groups.", error.Message);
    }

    [Fact]
    public void The_conformance_suite_finds_no_fault()
    {
        CpuKernels.Add(new ChannelShuffleNaive());

        var report = Fovea.Conformance.Check(new ChannelShuffle(1));

        Assert.True(report.Count(ConformanceCheck.Gradient) > 0);
        Assert.True(report.Count(ConformanceCheck.Attributes) > 0);
    }

    [Fact]
    public void Attributes_survive_as_text()
    {
        Op op = new ChannelShuffle(3);

        Assert.Equal("ChannelShuffle(Groups=3)", op.ToString());
        Assert.Equal(op, Attributes.Read(new ChannelShuffle(1), Attributes.Of(op)));
    }
}
