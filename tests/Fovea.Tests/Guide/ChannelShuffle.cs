using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Tests.Guide;

#region snippet operator
/// <summary>
/// Deals the channels of G groups out in turn, so that the next grouped convolution sees every group (ShuffleNet):
/// y[n, j · G + i, …] = x[n, i · C/G + j, …]. Input and output: N, C, spatial.
/// </summary>
/// <param name="Groups">G, a divisor of C.</param>
public sealed record ChannelShuffle(int Groups) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        var shape = inputs[0].Shape;
        if (shape.Rank < 2 || Groups < 1 || !shape[1].IsKnown || shape[1].Value % Groups != 0)
        {
            throw inputs.Fail($"cannot deal the channels (axis 1) of {shape} out over {Groups} groups.");
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        // Dealing out over the other divisor puts every channel back.
        var channels = (int)context.Inputs[0].Shape[1];
        return [Tensor.Apply(new ChannelShuffle(channels / Groups), context.OutputGradient)];
    }

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() =>
    [
        new(new ChannelShuffle(1), SampleInput.Of([2, 3, 4])),
        new(new ChannelShuffle(2), SampleInput.Of([2, 6])),
        new(new ChannelShuffle(3), SampleInput.Of([1, 6, 2, 3])),
        new(new ChannelShuffle(5), SampleInput.Of([3, 5, 1, 1])),
    ];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new ChannelShuffle(attributes.Value(Groups));
}
#endregion

public static class ChannelShuffleFunctions
{
    #region snippet function
    /// <param name="x">N, C, spatial.</param>
    extension(Tensor x)
    {
        /// <summary>Deals the channels of so many groups out in turn: y[n, j · G + i, …] = x[n, i · C/G + j, …].</summary>
        /// <exception cref="Errors.ShapeMismatchException">The groups do not divide the channels.</exception>
        public Tensor ChannelShuffle(int groups) => Tensor.Apply(new ChannelShuffle(groups), x);
    }
    #endregion
}
