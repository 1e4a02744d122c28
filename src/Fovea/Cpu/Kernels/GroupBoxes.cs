using System.Numerics;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>The elements of one sample in one group of channels: channels of the group, then spatial axes.</summary>
readonly struct GroupBox(BoundType x, int sample, int firstChannel, Dims sizes)
{
    readonly Strides _strides = x.Strides;

    /// <summary>The first channel of the group.</summary>
    public int FirstChannel => firstChannel;

    /// <summary>All places of the box.</summary>
    public Odometer Elements => new(sizes);

    /// <summary>The channel of a place.</summary>
    public int Channel(in Odometer at) => firstChannel + at[0];

    /// <summary>Where a place lies in the value itself.</summary>
    public int Offset(in Odometer at) => Offset(at, _strides);

    /// <summary>Where a place lies in a value of the same sizes.</summary>
    public int Offset(in Odometer at, in Strides strides) =>
        (int)(sample * strides[0] + firstChannel * strides[1]) + at.Offset(strides, firstAxis: 1);

    /// <summary>The mean of the group, and √(variance + epsilon).</summary>
    public (T Mean, T Deviation) Statistics<T>(ReadOnlySpan<T> x, T epsilon) where T : IFloatingPointIeee754<T>
    {
        T mean = T.Zero, variance = T.Zero, count = T.CreateChecked(sizes.Product());
        for (var at = Elements; at.MoveNext();) mean += x[Offset(at)];
        mean /= count;
        for (var at = Elements; at.MoveNext();)
        {
            var deviation = x[Offset(at)] - mean;
            variance += deviation * deviation;
        }
        return (mean, T.Sqrt(variance / count + epsilon));
    }
}

/// <summary>The groups of an image N, C, spatial, sample by sample: for reference kernels.</summary>
readonly struct GroupBoxes(BoundType x, int groups)
{
    public IEnumerator<GroupBox> GetEnumerator()
    {
        int channels = x.Sizes[1] / groups;
        var sizes = new Dims([channels, .. x.Sizes.AsSpan()[2..]]);
        for (int sample = 0; sample < x.Sizes[0]; sample++)
            for (int group = 0; group < groups; group++) yield return new(x, sample, group * channels, sizes);
    }
}
