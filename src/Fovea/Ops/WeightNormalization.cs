using Fovea.Errors;

namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="v">The direction of a weight.</param>
    extension(Tensor v)
    {
        /// <summary>
        /// A weight from its direction v and its length (Salimans and Kingma, 2016): length · v / ‖v‖, the norm taken over every axis but
        /// one, so that each entry of that axis (each filter) has a length of its own.
        /// </summary>
        /// <param name="length">The lengths: v's size along the axis, 1 along the others.</param>
        /// <param name="axis">The axis of the filters; negative ones count from the end.</param>
        /// <exception cref="ShapeMismatchException">The lengths have another shape.</exception>
        public Tensor WeightNormalization(Tensor length, int axis = 0)
        {
            axis = v.Shape.Axis(axis);
            bool fits = length.Rank == v.Rank;
            for (int i = 0; fits && i < v.Rank; i++) fits = length.Shape[i] == (i == axis ? v.Shape[i] : 1);
            if (!fits)
                throw new ShapeMismatchException($"A weight of {v.Shape} has a length for each entry of axis {axis}, "
                    + $"with size 1 along the others; the lengths are {length.Shape}.");
            return v * (length / v.FilterNorms(axis));
        }

        /// <summary>The Euclidean norm over every axis but one; reduced axes stay, with size 1.</summary>
        internal Tensor FilterNorms(int axis)
        {
            int[] others = Ops.ChannelAxes.AllBut(v.Rank, axis);
            return (others.Length == 0 ? v.Square() : v.Square().Sum(others, keepAxes: true)).Sqrt();
        }
    }
}
