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

    /// <summary>Writes the taps found: where each lies in its channel, and its weight.</summary>
    public readonly void Write(int rank, Span<nint> offsets, Span<float> weights)
    {
        int count = 0;
        for (int d = 0; d < (rank > 2 ? _counts[rank - 3] : 1); d++)
        {
            var (plane, depth) = rank > 2 ? Along(rank - 3, d) : (0, 1);
            for (int h = 0; h < (rank > 1 ? _counts[rank - 2] : 1); h++)
            {
                var (row, height) = rank > 1 ? Along(rank - 2, h) : (0, 1);
                for (int w = 0; w < _counts[rank - 1]; w++)
                {
                    var (pixel, width) = Along(rank - 1, w);
                    offsets[count] = (nint)(plane + row + pixel);
                    weights[count++] = (float)(width * height * depth);
                }
            }
        }
    }

    readonly (long Offset, double Weight) Along(int axis, int tap)
    {
        int at = axis * GridSampling.MostTaps + tap;
        return (_pixels[at] * _strides[axis + 2], _weights[at]);
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
