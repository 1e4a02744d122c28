using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>The taps of one place of a grid: the product of those along each axis, the last axis fastest.</summary>
ref struct GridTaps
{
    /// <summary>The most taps of a place.</summary>
    public const int Most = GridSampling.MostTaps * GridSampling.MostTaps * GridSampling.MostTaps;

    [InlineArray(3 * GridSampling.MostTaps)]
    struct Pixels
    {
        int _first;
    }

    [InlineArray(3 * GridSampling.MostTaps)]
    struct Weights
    {
        double _first;
    }

    readonly GridSampling _sampling;
    readonly BoundType _image;
    readonly Strides _strides;
    Pixels _pixels;
    Weights _weights;
    InlineArray3<int> _counts;

    /// <param name="sampling">How the image is read.</param>
    /// <param name="image">The image N, C, spatial.</param>
    public GridTaps(GridSampling sampling, BoundType image) => (_sampling, _image, _strides) = (sampling, image, image.Strides);

    /// <summary>Finds the taps of a place; gives how many there are.</summary>
    /// <param name="coordinates">The last axis of the image first.</param>
    public int Find<T>(scoped ReadOnlySpan<T> coordinates) where T : unmanaged, INumber<T>
    {
        int all = 1;
        for (int axis = 0; axis < coordinates.Length; axis++)
        {
            int start = axis * GridSampling.MostTaps;
            double place = double.CreateChecked(coordinates[coordinates.Length - 1 - axis]);
            all *= _counts[axis] = _sampling.TapsAt(axis, place, _image.Sizes[axis + 2], ((Span<int>)_pixels)[start..],
                ((Span<double>)_weights)[start..]);
        }
        return all;
    }

    /// <summary>One of the taps found: where it lies in its channel, and its weight.</summary>
    public readonly (long Offset, double Weight) Tap(int index, int rank)
    {
        long offset = 0;
        double weight = 1;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            int at = axis * GridSampling.MostTaps + index % _counts[axis];
            index /= _counts[axis];
            offset += _pixels[at] * _strides[axis + 2];
            weight *= _weights[at];
        }
        return (offset, weight);
    }
}
