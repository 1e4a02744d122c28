using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// A value N, C, spatial as places and channels, whichever of them lies innermost: the spatial axes together are one axis in memory, in
/// every layout in which kernels put images.
/// </summary>
readonly struct ChannelPlaces
{
    public ChannelPlaces(BoundType type)
    {
        var strides = type.Strides;
        (Samples, Channels) = (type.Sizes[0], type.Sizes[1]);
        Count = 1;
        Place = 1;
        for (int axis = type.Rank - 1; axis >= 2; axis--)
        {
            // Axes of size 1 may have any stride.
            if (type.Sizes[axis] == 1) continue;
            if (Count == 1) Place = (nint)strides[axis];
            else if (strides[axis] != Place * Count)
                throw new NotSupportedException($"The spatial axes of {type.Sizes} do not lie as one in {type.Layout}.");
            Count *= type.Sizes[axis];
        }
        Sample = (nint)strides[0];
        Channel = Channels == 1 ? Count : (nint)strides[1];
    }

    /// <summary>How many samples.</summary>
    public int Samples { get; }

    /// <summary>How many channels.</summary>
    public nint Channels { get; }

    /// <summary>How many places a channel has.</summary>
    public nint Count { get; }

    /// <summary>Elements from a sample to the next.</summary>
    public nint Sample { get; }

    /// <summary>Elements from a channel to the next.</summary>
    public nint Channel { get; }

    /// <summary>Elements from a place to the next.</summary>
    public nint Place { get; }
}
