using System.Globalization;
using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// In training, sets a share of the elements to 0 and scales the others up (Srivastava and others, 2014); in inference, nothing.
/// </summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class Dropout(float share = 0.5f) : Module
{
    readonly float _share = DroppedShare.Check(share);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Trace.Mode == Mode.Training ? x.Dropout(_share) : x;

    /// <inheritdoc/>
    protected override Sequence Compute(Sequence x) => x with { Values = Compute(x.Values) };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Dropout({_share})");
}

/// <summary>
/// Dropout for networks of <see cref="Selu"/> (Klambauer and others, 2017): in training, sets a share of the elements to what SELU gives
/// for −∞ and keeps mean and variance; in inference, nothing.
/// </summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class AlphaDropout(float share = 0.5f) : Module
{
    readonly float _share = DroppedShare.Check(share);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Trace.Mode == Mode.Training ? x.AlphaDropout(_share) : x;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"AlphaDropout({_share})");
}

/// <summary>
/// In training, sets a share of the channels to 0, each whole, and scales the others up: neighbouring pixels tell the same, so single ones
/// that are missing teach little (Tompson and others, 2015). In inference, nothing.
/// </summary>
public abstract class ChannelDropout : Module
{
    readonly float _share;
    readonly int _rank;

    /// <summary>For inputs of N, C and so many spatial axes.</summary>
    private protected ChannelDropout(int spatialRank, float share) => (_rank, _share) = (spatialRank + 2, DroppedShare.Check(share));

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x)
    {
        if (x.Rank != _rank)
            throw new ShapeMismatchException($"{Title} takes N, C and {_rank - 2} spatial axes; the input is {x.Shape}.");
        return Trace.Mode == Mode.Training ? x.ChannelDropout(_share) : x;
    }

    /// <inheritdoc/>
    protected sealed override Sequence Compute(Sequence x) => x with { Values = Compute(x.Values) };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({_share})");
}

/// <summary>Drops whole channels of N, C, L.</summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class Dropout1d(float share = 0.5f) : ChannelDropout(1, share);

/// <summary>Drops whole channels of N, C, H, W.</summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class Dropout2d(float share = 0.5f) : ChannelDropout(2, share);

/// <summary>Drops whole channels of N, C, D, H, W.</summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class Dropout3d(float share = 0.5f) : ChannelDropout(3, share);

/// <summary>What every dropout checks.</summary>
static class DroppedShare
{
    public static float Check(float share) => share is >= 0 and < 1 ? share
        : throw new ArgumentOutOfRangeException(nameof(share), share, "The dropped share lies in [0, 1).");
}
