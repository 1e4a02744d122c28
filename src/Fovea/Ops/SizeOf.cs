using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>A size as a scalar tensor: how a symbolic size enters arithmetic.</summary>
/// <param name="Size">The size, which may be symbolic.</param>
/// <param name="Element">The element type of the scalar.</param>
public sealed record SizeOf(Dim Size, ElementType Element = ElementType.Float32) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(0, 0);
        return [new(Element, Shape.Scalar)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => [];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new SizeOf(attributes.Value(Size), attributes.Value(Element));

    /// <inheritdoc/>
    public override bool HasEvaluate => true;

    /// <inheritdoc/>
    public override void Evaluate(in KernelCall call)
    {
        // Sizes are bound before a plan is made, so the attribute is an integer here.
        switch (Element)
        {
            case ElementType.Float32: call.Target<float>(0)[0] = Size.Value; break;
            case ElementType.Float64: call.Target<double>(0)[0] = Size.Value; break;
            case ElementType.Int32: call.Target<int>(0)[0] = (int)Size; break;
            case ElementType.Int64: call.Target<long>(0)[0] = Size.Value; break;
            default: throw new Errors.UnsupportedOperatorException($"SizeOf gives float32, float64, int32 or int64, not {Element}.");
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() =>
    [
        new(new SizeOf(7)) { NotDifferentiable = "it has no input" },
        new(new SizeOf(1 << 20, ElementType.Int64)) { NotDifferentiable = "it has no input" },
    ];
}
