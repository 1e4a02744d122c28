using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>The windows of a pool, as the reference kernels walk them.</summary>
interface IPoolingWindows
{
    /// <summary>The pixels that the output at a place sees.</summary>
    PoolingWindow At(Odometer place);
}

/// <summary>Windows of one size that lie evenly.</summary>
readonly struct EvenWindows(PoolingGeometry geometry, BoundType image) : IPoolingWindows
{
    public PoolingWindow At(Odometer place)
    {
        Dims first = Dims.Repeat(0, geometry.Rank);
        for (int i = 0; i < geometry.Rank; i++) first = first.With(i, place[i] * geometry.Stride[i] - geometry.PadBegin[i]);
        return new(image, first, geometry.Kernel, geometry.Dilation);
    }

    /// <summary>How many taps of a window lie in the image or its padding; with ceil mode the last ones may lie beyond.</summary>
    public int Padded(Odometer place)
    {
        int count = 1;
        for (int i = 0; i < geometry.Rank; i++)
        {
            int inside = 0, end = image.Sizes[i + 2] + geometry.PadEnd[i];
            for (int tap = 0; tap < geometry.Kernel[i]; tap++)
                if (place[i] * geometry.Stride[i] - geometry.PadBegin[i] + tap * geometry.Dilation[i] < end) inside++;
            count *= inside;
        }
        return count;
    }
}

/// <summary>Bins that divide the image among the outputs: ⌊q · size / outputs⌋ up to ⌈(q + 1) · size / outputs⌉ along each axis.</summary>
readonly struct BinWindows(BoundType image, BoundType outputs) : IPoolingWindows
{
    public PoolingWindow At(Odometer place)
    {
        int rank = image.Rank - 2;
        Dims first = Dims.Repeat(0, rank), taps = first;
        for (int i = 0; i < rank; i++)
        {
            long size = image.Sizes[i + 2], bins = outputs.Sizes[i + 2];
            first = first.With(i, (int)(place[i] * size / bins));
            taps = taps.With(i, (int)(((place[i] + 1) * size + bins - 1) / bins) - first[i]);
        }
        return new(image, first, taps, Dims.Repeat(1, rank));
    }
}

/// <summary>Walks the pixels that one window of a pool sees, in row-major order; taps in the padding are passed over.</summary>
struct PoolingWindow(BoundType image, Dims first, Dims taps, Dims dilation)
{
    Odometer _tap = new(taps);
    readonly Strides _strides = image.Strides;

    /// <summary>Where the pixel lies in its channel.</summary>
    public int Offset { get; private set; }

    /// <summary>The row-major index of the pixel in the spatial axes.</summary>
    public long Index { get; private set; }

    /// <summary>Goes to the next pixel; false after the last.</summary>
    public bool MoveNext()
    {
        while (_tap.MoveNext())
        {
            long offset = 0, index = 0;
            bool inside = true;
            for (int i = 0; i < taps.Count; i++)
            {
                int size = image.Sizes[i + 2], pixel = first[i] + _tap[i] * dilation[i];
                inside &= (uint)pixel < (uint)size;
                offset += pixel * _strides[i + 2];
                index = index * size + pixel;
            }
            if (!inside) continue;
            Offset = (int)offset;
            Index = index;
            return true;
        }
        return false;
    }

    /// <summary>How many pixels there are from here on.</summary>
    public readonly int Count()
    {
        int count = 0;
        for (var rest = this; rest.MoveNext();) count++;
        return count;
    }
}
