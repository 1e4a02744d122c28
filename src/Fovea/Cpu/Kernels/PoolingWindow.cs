using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Walks the pixels that one window of a pool sees, in row-major order; taps in the padding are passed over.</summary>
struct PoolingWindow(PoolingGeometry geometry, BoundType image, Odometer place)
{
    Odometer _tap = new(geometry.Kernel);
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
            for (int i = 0; i < geometry.Rank; i++)
            {
                int size = image.Sizes[i + 2];
                int pixel = place[i] * geometry.Stride[i] - geometry.PadBegin[i] + _tap[i] * geometry.Dilation[i];
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

    /// <summary>By what the sum of a window is divided: its taps, or those of them that see a pixel.</summary>
    public static int Count(PoolingGeometry geometry, bool countPadding, BoundType image, Odometer place)
    {
        if (countPadding) return (int)geometry.Kernel.Product();
        int count = 0;
        for (var window = new PoolingWindow(geometry, image, place); window.MoveNext();) count++;
        return count;
    }
}
