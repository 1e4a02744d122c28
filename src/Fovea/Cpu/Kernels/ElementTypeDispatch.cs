using System.Numerics;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A computation that is generic over the numeric element type.</summary>
interface INumericBody
{
    void Run<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>;
}

/// <summary>Chooses the instance of a generic computation for an element type.</summary>
static class ElementTypeDispatch
{
    /// <summary>Whether naive kernels compute with elements of the type.</summary>
    public static bool IsNumeric(ElementType element) => element <= ElementType.UInt64 && element != ElementType.BFloat16;

    public static void Numeric<TBody>(ElementType element, ref TBody body) where TBody : INumericBody, allows ref struct
    {
        switch (element)
        {
            case ElementType.Float32: body.Run<float>(); break;
            case ElementType.Float64: body.Run<double>(); break;
            case ElementType.Float16: body.Run<Half>(); break;
            case ElementType.Int8: body.Run<sbyte>(); break;
            case ElementType.UInt8: body.Run<byte>(); break;
            case ElementType.Int16: body.Run<short>(); break;
            case ElementType.UInt16: body.Run<ushort>(); break;
            case ElementType.Int32: body.Run<int>(); break;
            case ElementType.UInt32: body.Run<uint>(); break;
            case ElementType.Int64: body.Run<long>(); break;
            case ElementType.UInt64: body.Run<ulong>(); break;
            default: throw new UnsupportedOperatorException($"No kernel computes with {element}: Cast to float32 first.");
        }
    }

    /// <summary>The strides of a value broadcast to a shape of more axes: 0 where it is stretched.</summary>
    public static Strides BroadcastStrides(in BoundType type, Dims target)
    {
        var own = type.Strides;
        var strides = new Strides();
        int lead = target.Count - type.Rank;
        for (int axis = 0; axis < type.Rank; axis++) strides[lead + axis] = type.Sizes[axis] == 1 ? 0 : own[axis];
        return strides;
    }
}
