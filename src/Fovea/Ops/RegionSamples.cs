using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>The cases of the operators with bodies, in double, since a body has the element types that it was traced with.</summary>
static class RegionSamples
{
    static readonly TensorType Count = new(ElementType.Int64, Shape.Scalar), Truth = new(ElementType.Bool, Shape.Scalar);

    // Past this much work a turn is cut over workers: 2 · 256 · 256 multiply-adds.
    const int Wide = 256;

    static TensorType Double(params ReadOnlySpan<Dim> sizes) => new(ElementType.Float64, new Shape(sizes));

    static SampleInput Values(params ReadOnlySpan<Dim> sizes) => new(Double(sizes));

    static SampleInput Condition => new(Truth, SampleValues.Truth);

    static SampleInput Turns(int turns) => SampleInput.Indices(Shape.Scalar, turns, turns + 1);

    static SampleInput Whether(bool holds) => new(Truth, SampleValues.Integers, holds ? 1 : 0, holds ? 2 : 1);

    public static IEnumerable<Sample> If()
    {
        TensorType[] two = [Double(2, 3), Double(3)];
        var mixed = new If(Region.Of(two, x => [x[0] * x[1], x[1].Sigmoid()]), Region.Of(two, x => [x[0].Tanh() - 2, x[1]]));
        foreach (bool holds in (bool[])[true, false]) yield return new(mixed, Whether(holds), Values(2, 3), Values(3));
        yield return new(mixed, Condition, Values(2, 3), Values(3));

        // One inside another, and one that computes nothing.
        TensorType[] nested = [Truth, Double(4)];
        var inner = Region.Of(nested, x => [.. Tensor.If(x[0], () => [x[1].Square()], () => [x[1].Exp() * x[1]])]);
        foreach (bool holds in (bool[])[true, false])
            yield return new(new If(inner, Region.Of(nested, x => [x[1]])), Whether(holds), Condition, Values(4));

        // Wide enough to be cut.
        TensorType[] wide = [Double(2, Wide), Double(Wide, Wide)];
        var product = new If(Region.Of(wide, x => [x[0].MatMul(x[1])]), Region.Of(wide, x => [x[0] * 2]));
        yield return new(product, Whether(true), Values(2, Wide), Values(Wide, Wide));
        yield return new(product, Whether(false), Values(2, Wide), Values(Wide, Wide));
    }

    public static IEnumerable<Sample> Scan()
    {
        // A recurrent cell: one state, one sequence, one weight that is captured.
        var cell = Region.Of([Double(2, 3), Double(2, 3), Double(3, 3)], x =>
        {
            var next = (x[1] + x[0].MatMul(x[2])).Tanh();
            return [next, next * x[1]];
        });
        (int, bool, bool)[] ways = [(4, false, false), (3, true, false), (1, false, true), (3, true, true)];
        foreach (var (turns, reverse, keeps) in ways)
            yield return new(new Scan(cell, 1, 1, turns, reverse, keeps), Values(2, 3), Values(turns, 2, 3), Values(3, 3));

        // Two states of which one counts, no sequence; two sequences, no state; no turn at all.
        var power = Region.Of([Count, Double(3), Double(3)], x => [x[0] + 1, x[1] * x[2] * 0.5, x[1].Sin()]);
        yield return new(new Scan(power, 2, 0, 5), Turns(0), Values(3), Values(3));
        var pairs = Region.Of([Double(2), Double()], x => [x[0] * x[1], x[0].Sum()]);
        yield return new(new Scan(pairs, 0, 2, 3), Values(3, 2), Values(3));
        yield return new(new Scan(pairs, 0, 2, 0), Values(0, 2), Values(0)) { NotDifferentiable = "it makes no turn" };
        yield return new(new Scan(cell, 1, 1, 0, Keeps: true), Values(2, 3), Values(0, 2, 3), Values(3, 3));

        // A scan of scans.
        var rows = Region.Of([Double(), Double(3)], x =>
        {
            var (sum, products) = Tensor.Scan(x[0], x[1], (s, e) => ((s * 0.5 + e).Tanh(), s * e));
            return [sum, products];
        });
        yield return new(new Scan(rows, 1, 1, 2), Values(), Values(2, 3));

        // Wide enough to be cut.
        var wide = Region.Of([Double(2, Wide), Double(2, Wide), Double(Wide, Wide)], x => [x[0].MatMul(x[2]) * 0.05 + x[1], x[0]]);
        yield return new(new Scan(wide, 1, 1, 2), Values(2, Wide), Values(2, 2, Wide), Values(Wide, Wide))
        {
            NotTwiceDifferentiable = "its differences take long; the small ones are alike",
        };
    }

    public static IEnumerable<Sample> Loop()
    {
        // While the sum is small, at most so many times.
        var grow = Region.Of([Count, Double(3), Double(3)], x =>
        {
            var next = x[1] * 0.75 + x[2].Tanh() * x[0].Cast(ElementType.Float64);
            return [next.Square().Sum() < 40, next, next * x[2]];
        });
        (int, int, bool)[] ways = [(3, 5, false), (9, 4, false), (0, 3, false), (2, 3, true), (4, 4, true)];
        foreach (var (turns, maximum, keeps) in ways)
            yield return new(new Loop(grow, 1, maximum, keeps), Turns(turns), Whether(true), Values(3), Values(3));
        yield return new(new Loop(grow, 1, 3), Turns(2), Whether(false), Values(3), Values(3));

        // The condition alone ends it, after three turns.
        var three = Region.Of([Count, Double(2)], x => [x[0] < 2, x[1].Sin()]);
        yield return new(new Loop(three, 1, 8), Turns(100), Whether(true), Values(2));
        yield return new(new Loop(three, 1, -1), Turns(100), Whether(true), Values(2))
        {
            NotDifferentiable = "without a maximum no states are kept",
        };

        // Wide enough to be cut.
        var wide = Region.Of([Count, Double(2, Wide), Double(Wide, Wide)], x => [x[0] < 1, x[1].MatMul(x[2]) * 0.05]);
        yield return new(new Loop(wide, 1, 3), Turns(3), Whether(true), Values(2, Wide), Values(Wide, Wide))
        {
            NotTwiceDifferentiable = "its differences take long; the small ones are alike",
        };
    }
}
