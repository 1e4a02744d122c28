using Fovea.Tensors;

namespace Fovea;

/// <summary>A number that meets a tensor in arithmetic: from int, float, double, or a size. It takes the tensor's element type.</summary>
public readonly struct Scalar
{
    readonly double _value;
    readonly Dim? _size;

    Scalar(double value, Dim? size)
    {
        _value = value;
        _size = size;
    }

    /// <summary>From an integer.</summary>
    public static implicit operator Scalar(int value) => new(value, null);

    /// <summary>From a single.</summary>
    public static implicit operator Scalar(float value) => new(value, null);

    /// <summary>From a double.</summary>
    public static implicit operator Scalar(double value) => new(value, null);

    /// <summary>From a size; a symbolic one stays symbolic until sizes are bound.</summary>
    public static implicit operator Scalar(Dim size) => size.IsKnown ? new(size.Value, null) : new(0, size);

    /// <summary>The number as a scalar tensor.</summary>
    internal Tensor ToTensor(ElementType element) => _size is { } size
        ? Tensor.Apply(new Ops.SizeOf(size, element))
        : Tensor.Constant(_value, element);
}
