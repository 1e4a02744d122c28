namespace Fovea.Modules;

/// <summary>
/// In training, sets a share of the elements to 0 and scales the others up (Srivastava and others, 2014); in inference, nothing.
/// </summary>
/// <param name="share">How much is dropped, from 0 to less than 1.</param>
public sealed class Dropout(float share = 0.5f) : Module
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Trace.Mode == Mode.Training ? x.Dropout(share) : x;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Dropout({share})");
}
