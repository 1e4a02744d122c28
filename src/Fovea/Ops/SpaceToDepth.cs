using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// y[n, k, h, w] = x[n, c, h · b + i, w · b + j] with k = (i · b + j) · C + c or c · b² + i · b + j: pixels laid out as channels, the
/// inverse of <see cref="DepthToSpace"/>. Input: N, C, spatial. Output: N, C · b^rank, spatial / b. ONNX: SpaceToDepth (depth innermost).
/// </summary>
/// <param name="Block">b, how many pixels an axis become one.</param>
/// <param name="Order">Which channel is which pixel.</param>
public sealed record SpaceToDepth(int Block, PixelOrder Order = PixelOrder.DepthColumnRow) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        var shape = inputs[0].Shape;
        long pixels = DepthToSpace.BlockPixels(inputs, shape, Block);
        var dims = new Dim[shape.Rank];
        (dims[0], dims[1]) = (shape[0], shape[1] * pixels);
        for (int i = 2; i < dims.Length; i++)
            dims[i] = Dim.Divide(shape[i], Block)
                ?? throw inputs.Fail($"cannot cut axis {i} of {shape} into blocks of {Block} pixels: it does not divide {shape[i]}.");
        return [inputs[0] with { Shape = new(dims) }];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient.DepthToSpace(Block, Order)];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new SpaceToDepth(attributes.Value(Block), attributes.Value(Order));

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0] is not { } field ? null
        : new([.. field.Axes.Select(axis => axis.Window(Block, Block, 1, 0))]);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        foreach (var order in Enum.GetValues<PixelOrder>())
        {
            yield return new(new SpaceToDepth(2, order), SampleInput.Of([2, 3, 4, 6]));
            yield return new(new SpaceToDepth(3, order), SampleInput.Of([1, 1, 12, 51]));
            yield return new(new SpaceToDepth(2, order), SampleInput.Of([1, 10, 6, 2]));
            yield return new(new SpaceToDepth(1, order), SampleInput.Of([1, 3, 2, 2]));
            yield return new(new SpaceToDepth(4, order), SampleInput.Of([2, 3, 20]));
            yield return new(new SpaceToDepth(2, order), SampleInput.Of([1, 3, 4, 6, 4]));
            yield return new(new SpaceToDepth(3, order), SampleInput.Of([1, 2, 3, 3, 6]));
        }
    }
}
