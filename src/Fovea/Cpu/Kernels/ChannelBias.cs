using System.Numerics;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Adds one number a channel (axis 1) to a value.</summary>
static class ChannelBias
{
    public static void Add<T>(ReadOnlySpan<T> bias, BoundType type, Span<T> values) where T : unmanaged, INumberBase<T>
    {
        var strides = type.Strides;
        for (var at = new Odometer(type.Sizes); at.MoveNext();) values[at.Offset(strides)] += bias[at[1]];
    }
}
