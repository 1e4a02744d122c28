namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">The input.</param>
    extension(Tensor x)
    {
        /// <summary>
        /// Slices along an axis, none longer than a limit: x[i] · min(1, limit / ‖x[i]‖), with the Euclidean norm of all that stands at
        /// place i. torch.renorm with p = 2.
        /// </summary>
        /// <param name="limit">The largest norm.</param>
        /// <param name="axis">Along which the slices stand.</param>
        public Tensor MaxNorm(double limit, int axis = 0)
        {
            int along = x.Shape.Axis(axis);
            int[] others = [.. Enumerable.Range(0, x.Rank).Where(other => other != along)];
            var norm = (others.Length == 0 ? x.Square() : x.Square().Sum(others, keepAxes: true)).Sqrt();
            // limit / 0 is infinite, and 1 is smaller.
            return x * (limit / norm).Minimum(Tensor.Constant(1, x.ElementType));
        }
    }
}
