using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Pixels by the row-major index in the spatial axes, as max pooling names them.</summary>
static class SpatialIndex
{
    /// <summary>Where pixel <paramref name="index"/> of a channel lies in a value N, C, spatial.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such pixel.</exception>
    public static int Offset(BoundType type, int n, int c, long index)
    {
        var strides = type.Strides;
        long offset = n * strides[0] + c * strides[1], rest = index;
        for (int axis = type.Rank - 1; axis >= 2; axis--)
        {
            offset += rest % type.Sizes[axis] * strides[axis];
            rest /= type.Sizes[axis];
        }
        return rest == 0 ? (int)offset : throw new IndexOutOfRangeException($"Pixel {index} of {type.Sizes}.");
    }
}
