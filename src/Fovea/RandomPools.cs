using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">N, C, spatial.</param>
    extension(Tensor x)
    {
        /// <summary>
        /// Stochastic pooling (Zeiler and Fergus, 2013). In training one pixel of every window, drawn with the probability of its share
        /// of Σ |x|; in inference what that gives on average, Σ |x| x / Σ |x|. Windows of zeros give 0.
        /// </summary>
        /// <param name="kernel">The window's sizes: one entry an axis, or one for all.</param>
        /// <param name="stride">From one window to the next; none: side by side.</param>
        /// <param name="padding">In numbers or by a rule such as <see cref="Padding.Same"/>; none is 0. It is never drawn.</param>
        /// <param name="dilation">Pixels between taps; none is 1.</param>
        /// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
        /// <returns>N, C, ⌊(size + padding − extent) / stride⌋ + 1; ⌈ ⌉ in ceil mode.</returns>
        /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded input.</exception>
        public Tensor StochasticPool(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
            bool ceilMode = false)
        {
            var geometry = PoolingGeometry.Of(x.Shape, kernel, stride, padding, dilation, ceilMode);
            var sum = new AveragePool(geometry, Divisor: 1);
            if (Trace.Mode == Mode.Training)
            {
                var places = Tensor.Apply(sum, x).Shape;
                var u = Randomness.Draw((seed, stream) => new RandomUniform(seed, stream, places));
                return Tensor.Apply(new StochasticPool(geometry), x, u.Cast(x.ElementType));
            }
            var size = x.Abs();
            var total = Tensor.Apply(sum, size);
            var none = total.EqualTo(0);
            return Tensor.Where(none, total.Full(0), Tensor.Apply(sum, x * size) / Tensor.Where(none, total.Full(1), total));
        }
    }
}
