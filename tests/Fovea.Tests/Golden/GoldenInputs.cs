using Fovea.Tensors;

namespace Fovea.Tests.Golden;

/// <summary>A golden case with its inputs as tensors of one element type.</summary>
internal sealed class GoldenInputs(GoldenCase golden, ElementType element)
{
    readonly Dictionary<string, Tensor> _tensors = [];

    internal GoldenCase Case => golden;

    internal ElementType Element => element;

    /// <summary>The input of that role; the gradient with respect to it may be asked for.</summary>
    internal Tensor this[string role] => _tensors.TryGetValue(role, out var known) ? known : _tensors[role] = Create(role);

    internal Tensor? Optional(string role) => golden.Has(role) ? this[role] : null;

    internal Dims Dims(string attribute) => new(golden.Ints(attribute));

    internal Shape Shape(string attribute) => [.. golden.Ints(attribute).Select(size => (Dim)size)];

    Tensor Create(string role)
    {
        var tensor = golden[role];
        Shape shape = [.. tensor.Shape.Select(size => (Dim)size)];
        if (tensor.Integers is { } integers)
        {
            return Tensor.From(integers, shape);
        }

        return (element == ElementType.Float32 ? Tensor.From(tensor.Floats, shape) : Tensor.From(tensor.Values, shape)).Watch();
    }
}
