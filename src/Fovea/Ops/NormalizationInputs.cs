using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>The shape rules that normalisations share.</summary>
static class NormalizationInputs
{
    /// <summary>Checks that an input, the gradient of the output, is like the first.</summary>
    public static void RequireLikeInput(Inputs inputs, int index)
    {
        Shape x = inputs[0].Shape, dy = inputs[index].Shape;
        bool same = dy.Rank == x.Rank;
        for (int i = 0; same && i < x.Rank; i++) same = inputs.AreEqual(x[i], dy[i]);
        if (!same) throw inputs.Fail($"takes an output gradient like the input {x}; it is {dy}.");
    }

    /// <summary>Checks a value that is normalised along its axes from one on, and parameters of those axes' sizes.</summary>
    public static void CheckTrailing(Inputs inputs, int axis, params ReadOnlySpan<string> parameters)
    {
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        var x = inputs[0].Shape;
        if (axis < 0 || axis >= x.Rank) throw inputs.Fail($"has no axis {axis} in {x}: it is counted from 0.");
        for (int i = 0; i < parameters.Length; i++)
        {
            var shape = inputs[i + 1].Shape;
            bool same = shape.Rank == x.Rank - axis;
            for (int k = 0; same && k < shape.Rank; k++) same = inputs.AreEqual(shape[k], x[axis + k]);
            if (!same)
                throw inputs.Fail($"expects a {parameters[i]} of {x.Slice(axis, x.Rank - axis)}, the axes of {x} from {axis} on; "
                    + $"it is {shape}.");
        }
    }

    /// <summary>The axes from one on.</summary>
    public static int[] Trailing(int axis, int rank) => [.. Enumerable.Range(axis, rank - axis)];

    /// <summary>The sum over the axes before one: what is left has the shape of the parameters.</summary>
    public static Tensor SumLeading(Tensor x, int axis) => axis == 0 ? x : x.Sum([.. Enumerable.Range(0, axis)]);

    /// <summary>
    /// Values and the axis from which they are normalised: the last axis, several, all; one element; shorter and longer than a vector,
    /// than a block of a sum, and than a block of rows.
    /// </summary>
    public static IEnumerable<(int Axis, Shape X)> TrailingCases() =>
    [
        (1, [3, 5]), (2, [2, 3, 4]), (1, [2, 3, 4]), (0, [2, 9]), (0, [7]), (2, [2, 3, 1]), (3, [1, 2, 3, 19]), (1, [2, 301]), (1, [71, 3]),
    ];

    /// <summary>Why the entries of axis 0 depend on each other, if they do.</summary>
    public static string? Mixes(int axis) => axis == 0 ? "axis 0 is one of the axes that are normalised" : null;
}
