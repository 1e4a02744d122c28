using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Tests.Ops;

/// <summary>Random pools: what conservation and gradients are checked on.</summary>
static class PoolingCases
{
    const long MostElements = 400;

    /// <summary>Windows that fit an image of one to three spatial axes, with padding, dilation and ceil mode.</summary>
    public static PoolingSample Windows(Random random)
    {
        while (true)
        {
            int rank = random.Next(1, 4);
            var geometry = PoolingGeometry.Of(rank, Many(random, rank, 1, 5), Many(random, rank, 1, 4), Many(random, 2 * rank, 0, 3),
                Many(random, rank, 1, 3), ceilMode: random.Next(3) == 0);
            if (Fits(new MaxPool(geometry), Image(random, rank)) is { } image) return new(geometry, image);
        }
    }

    /// <summary>An image and so many bins along each axis.</summary>
    public static (Shape Input, Dims Outputs) Bins(Random random)
    {
        while (true)
        {
            int rank = random.Next(1, 4);
            var outputs = Many(random, rank, 1, 6);
            if (Fits(new AdaptiveMaxPool(outputs), Image(random, rank)) is { } image) return (image, outputs);
        }
    }

    /// <summary>Sequences N, C, L and how many elements are kept.</summary>
    public static (Shape Input, int K) Sequence(Random random)
    {
        int length = random.Next(1, 20);
        return ([random.Next(1, 4), random.Next(1, 5), length], random.Next(1, length + 1));
    }

    /// <summary>Numbers at least 0.05 apart and 0.025 away from 0, shuffled.</summary>
    public static Tensor Distinct(Shape shape, int seed) => TestValue.Draw(
        new(new TensorType(ElementType.Float64, shape), SampleValues.Distinct), seed).ToTensor();

    /// <summary>Normal numbers.</summary>
    public static Tensor Normal(Shape shape, int seed) => TestValue.Normal<double>(shape.ToDims(), seed).ToTensor();

    static Shape Image(Random random, int rank) => new([random.Next(1, 3), random.Next(1, 4),
        .. Many(random, rank, 1, rank == 1 ? 16 : rank == 2 ? 8 : 5).Select(size => (Dim)size)]);

    static Shape? Fits(Op op, Shape image)
    {
        try
        {
            var output = op.Infer(Inputs.Of(op, TensorType.Float(image)))[0].Shape;
            return image.Count.Value <= MostElements && output.Count.Value <= MostElements ? image : null;
        }
        catch (Errors.ShapeMismatchException)
        {
            return null;
        }
    }

    static Dims Many(Random random, int count, int least, int end) =>
        new([.. Enumerable.Range(0, count).Select(_ => random.Next(least, end))]);
}
