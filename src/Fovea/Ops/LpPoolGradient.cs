using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// dx = Σ dy · sign(x) · (|x| / y)^(P − 1) over the windows that see a pixel, nothing where x or y is 0: the gradient of
/// <see cref="LpPool"/>. Inputs: x N, C, spatial; y and dy N, C, places. Output: N, C, spatial.
/// </summary>
/// <param name="Geometry">The windows.</param>
/// <param name="P">The exponent.</param>
public sealed record LpPoolGradient(PoolingGeometry Geometry, double P) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(3, 3);
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        LpPool.CheckExponent(inputs, P);
        var expected = Geometry.Output(inputs, inputs[0].Shape);
        for (int i = 1; i < 3; i++) Geometry.CheckPlaces(inputs, i, expected);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <summary>sign(x) · |x|^(P − 1) times the windows' dy · y^(1 − P), spread over their pixels.</summary>
    public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor x = inputs[0], y = inputs[1], dy = inputs[2];
        // Where the norm is 0 there is no slope; 1 in its place keeps the powers finite.
        var none = y.EqualTo(0);
        var norm = Tensor.Where(none, y.Full(1), y);
        var share = Tensor.Where(none, y.Full(0), P == 1 ? dy : dy * norm.Power(1 - P));
        var spread = Tensor.Apply(new AveragePoolGradient(Geometry, false, x.Shape.Slice(2, Geometry.Rank), 1), share);
        if (P == 1) return [x.Sign() * spread];
        if (P == 2) return [x * spread];
        var zero = x.EqualTo(0);
        var size = Tensor.Where(zero, x.Full(1), x.Abs());
        return [Tensor.Where(zero, x.Full(0), x.Sign() * size.Power(P - 1)) * spread];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new LpPoolGradient(Geometry.Code(attributes), attributes.Value(P));

    /// <summary>The exponent is compared by its bits.</summary>
    public bool Equals(LpPoolGradient? other) => other is not null && Geometry == other.Geometry
        && BitConverter.DoubleToInt64Bits(P) == BitConverter.DoubleToInt64Bits(other.P);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Geometry, BitConverter.DoubleToInt64Bits(P));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().Select((c, i) => new Sample(
        new LpPoolGradient(c.Geometry, LpPool.Exponent(i)), SampleInput.Of(c.Input, SampleValues.Distinct),
        SampleInput.Of(c.Output, SampleValues.Positive), c.Output)
    {
        SpreadsNaN = "an infinite x over an infinite y is no number, times 0 or not",
    });
}
