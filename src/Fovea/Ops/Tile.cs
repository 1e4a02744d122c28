namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">The input.</param>
    extension(Tensor x)
    {
        /// <summary>Copies of the whole input side by side: counts[i] of them along axis i, as numpy's tile.</summary>
        /// <param name="counts">How many, one entry an axis; at least 1.</param>
        /// <exception cref="ArgumentException">There is not one count an axis, or one is below 1.</exception>
        public Tensor Tile(params ReadOnlySpan<int> counts)
        {
            if (counts.Length != x.Rank) throw new ArgumentException($"Tile takes one count an axis of {x.Shape}, not {counts.Length}.");
            var y = x;
            for (int axis = 0; axis < counts.Length; axis++) y = Copies(y, axis, axis, counts[axis]);
            return y;
        }

        /// <summary>Each slice along an axis so many times in a row, as numpy's repeat.</summary>
        /// <param name="axis">The axis; negative ones count from the end.</param>
        /// <param name="count">How many times; at least 1.</param>
        public Tensor Repeat(int axis, int count) => Copies(x, x.Shape.Axis(axis), x.Shape.Axis(axis) + 1, count);
    }

    // A new axis beside the one to grow, stretched, and joined with it: before it for whole copies, after it for slices.
    static Tensor Copies(Tensor x, int axis, int newAxis, int count)
    {
        if (count < 1) throw new ArgumentException($"{count} copies along axis {axis} of {x.Shape}: at least 1.");
        var apart = x.Unsqueeze(newAxis);
        return apart.BroadcastTo(apart.Shape.With(newAxis, count)).Reshape(x.Shape.With(axis, x.Shape[axis] * count));
    }
}
