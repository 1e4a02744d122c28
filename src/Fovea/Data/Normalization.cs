using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Data;

/// <summary>
/// Brings every channel to mean 0 and deviation 1: <c>(x − mean) · (1 / deviation)</c>, in single precision. Training and prediction both
/// go through <see cref="Apply"/>, so that they see the same bits.
/// </summary>
public sealed class Normalization
{
    private readonly float[] _mean, _deviation, _scale;

    /// <summary>Takes one mean and one deviation a channel, in units of the image's values (0 to 1).</summary>
    /// <exception cref="ArgumentException">The lengths differ or are 0, a number is not finite, or a deviation is not positive.</exception>
    public Normalization(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (mean.Length == 0 || mean.Length != deviation.Length)
            throw new ArgumentException($"There are {mean.Length} means and {deviation.Length} deviations; give one of each a channel.");
        for (int c = 0; c < mean.Length; c++)
        {
            if (float.IsFinite(mean[c]) && float.IsNormal(deviation[c]) && deviation[c] > 0) continue;
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Mean {mean[c]} and deviation {deviation[c]} of channel {c} cannot normalise."));
        }

        _mean = mean.ToArray();
        _deviation = deviation.ToArray();
        _scale = Array.ConvertAll(_deviation, d => 1 / d);
    }

    /// <summary>The mean of each channel.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>The standard deviation of each channel.</summary>
    public ReadOnlySpan<float> Deviation => _deviation;

    /// <summary>Normalises a planar image (channel after channel) in place.</summary>
    public void Apply(Span<float> image)
    {
        if (image.Length % _mean.Length != 0)
            throw new ArgumentException($"{image.Length} values cannot be {_mean.Length} channels.", nameof(image));
        int plane = image.Length / _mean.Length;
        for (int c = 0; c < _mean.Length; c++)
        {
            Span<float> values = image.Slice(c * plane, plane);
            Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
            var (mean, scale) = (new Vector<float>(_mean[c]), new Vector<float>(_scale[c]));
            for (int i = 0; i < wide.Length; i++) wide[i] = (wide[i] - mean) * scale;
            foreach (ref float value in values[(wide.Length * Vector<float>.Count)..]) value = Scale(value, c);
        }
    }

    /// <summary>One value of one channel.</summary>
    internal float Scale(float value, int channel) => (value - _mean[channel]) * _scale[channel];
}
