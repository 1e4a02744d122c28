namespace Fovea.Tensors;

/// <summary>What is known of a tensor before it is computed.</summary>
/// <param name="Element">The type of the elements.</param>
/// <param name="Shape">The sizes.</param>
public sealed record TensorType(ElementType Element, Shape Shape)
{
    /// <summary>A float32 type.</summary>
    public static TensorType Float(Shape shape) => new(ElementType.Float32, shape);

    /// <summary>How many axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The element type, then the sizes.</summary>
    public override string ToString() => $"{Element} {Shape}";
}
