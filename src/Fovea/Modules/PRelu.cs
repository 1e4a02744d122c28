using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// x where x > 0, else slope · x, the slope learned: one for all, or one a channel (He and others, 2015). Parameter: weight, 1 or C.
/// </summary>
/// <param name="byChannel">Whether each channel (axis 1) has a slope of its own.</param>
/// <param name="slope">What every slope begins with.</param>
public sealed class PRelu(bool byChannel = false, float slope = 0.25f) : Module
{
    Variable _weight = null!;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (byChannel && (input.Rank < 2 || !input[1].IsKnown))
            throw new ShapeMismatchException($"{Title} takes N, C and perhaps spatial axes with a known C; the input is {input}.");
        _weight = AddParameter("weight", byChannel ? (int)input[1] : 1, Initializer.Of(slope));
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        x.PRelu(byChannel ? Ops.ChannelAxes.AlongChannels(_weight.Read(), x.Rank) : _weight.Read());

    /// <inheritdoc/>
    public override string ToString() => byChannel ? "PRelu(by channel)" : "PRelu";
}
