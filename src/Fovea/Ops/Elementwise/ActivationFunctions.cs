using Fovea.Errors;
using Fovea.Ops;

namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">The input.</param>
    extension(Tensor x)
    {
        /// <summary>1 / x.</summary>
        public Tensor Reciprocal() => Apply(UnaryFunction.Reciprocal, x);

        /// <summary>1 / √x.</summary>
        public Tensor Rsqrt() => Apply(UnaryFunction.Rsqrt, x);

        /// <summary>⌊x⌋.</summary>
        public Tensor Floor() => Apply(UnaryFunction.Floor, x);

        /// <summary>⌈x⌉.</summary>
        public Tensor Ceiling() => Apply(UnaryFunction.Ceiling, x);

        /// <summary>The nearest integer, halves to even.</summary>
        public Tensor Round() => Apply(UnaryFunction.Round, x);

        /// <summary>eˣ − 1, accurate near 0.</summary>
        public Tensor Expm1() => Apply(UnaryFunction.Expm1, x);

        /// <summary>ln(1 + x), accurate near 0.</summary>
        public Tensor Log1p() => Apply(UnaryFunction.Log1p, x);

        /// <summary>sin x, x in radians.</summary>
        public Tensor Sin() => Apply(UnaryFunction.Sin, x);

        /// <summary>cos x, x in radians.</summary>
        public Tensor Cos() => Apply(UnaryFunction.Cos, x);

        /// <summary>The error function.</summary>
        public Tensor Erf() => Apply(UnaryFunction.Erf, x);

        /// <summary>min(max(x, low), high).</summary>
        public Tensor Clip(double low, double high) => Tensor.Apply(new Unary(UnaryFunction.Clip, low, high), x);

        /// <summary>min(max(x, 0), 6).</summary>
        public Tensor Relu6() => x.Clip(0, 6);

        /// <summary>min(max(x, low), high), by default from −1 to 1.</summary>
        public Tensor HardTanh(double low = -1, double high = 1) => x.Clip(low, high);

        /// <summary>x where x > 0, else slope · x, the slope a tensor that is broadcast to x.</summary>
        public Tensor PRelu(Tensor slope) => Apply(BinaryFunction.PRelu, x, slope);

        /// <summary>a · sigmoid(b), where a and b are the two halves of x along an axis (Dauphin and others, 2017).</summary>
        /// <param name="axis">The axis, of even size; negative ones count from the end.</param>
        /// <exception cref="ShapeMismatchException">The axis cannot be halved.</exception>
        public Tensor Glu(int axis = -1)
        {
            axis = x.Shape.Axis(axis);
            if (!x.Shape[axis].IsKnown || x.Shape[axis].Value % 2 != 0)
                throw new ShapeMismatchException($"Glu halves axis {axis} of {x.Shape}: its size must be even.");
            var half = x.Shape[axis].Value / 2;
            return x.Slice(axis, 0, half) * x.Slice(axis, half, half).Sigmoid();
        }

        /// <summary>
        /// The largest of so many neighbours along an axis, which shrinks by that factor (Goodfellow and others, 2013):
        /// y[j] = max(x[j · pieces], …, x[j · pieces + pieces − 1]).
        /// </summary>
        /// <param name="pieces">How many neighbours are joined into one.</param>
        /// <param name="axis">The axis; negative ones count from the end.</param>
        /// <exception cref="ShapeMismatchException">The size of the axis is no multiple of the pieces.</exception>
        public Tensor Maxout(int pieces, int axis = 1)
        {
            axis = x.Shape.Axis(axis);
            if (pieces < 1 || !x.Shape[axis].IsKnown || x.Shape[axis].Value % pieces != 0)
                throw new ShapeMismatchException($"Maxout joins {pieces} neighbours along axis {axis} of {x.Shape} into one: "
                    + "they must divide its size.");
            var split = new Shape([.. x.Shape.AsSpan()[..axis], x.Shape[axis].Value / pieces, pieces, .. x.Shape.AsSpan()[(axis + 1)..]]);
            return x.Reshape(split).Max(axis + 1);
        }

        /// <summary>min(max(x, low), high) with bounds that broadcast; null: no bound on that side.</summary>
        public Tensor Clip(Tensor? low, Tensor? high)
        {
            var y = low is null ? x : x.Maximum(low);
            return high is null ? y : y.Minimum(high);
        }

        /// <summary>x where x > 0, else slope · x.</summary>
        public Tensor LeakyRelu(double slope = 0.01) => Tensor.Apply(new Unary(UnaryFunction.LeakyRelu, slope), x);

        /// <summary>x where x > 0, else alpha · (eˣ − 1).</summary>
        public Tensor Elu(double alpha = 1) => Tensor.Apply(new Unary(UnaryFunction.Elu, alpha), x);

        /// <summary>x where x > 0, else alpha · (e^(x / alpha) − 1).</summary>
        public Tensor Celu(double alpha = 1) => Tensor.Apply(new Unary(UnaryFunction.Celu, alpha), x);

        /// <summary>1.0507 · (x where x > 0, else 1.67326 · (eˣ − 1)): mean 0 and variance 1 are its fixed point.</summary>
        public Tensor Selu() => Apply(UnaryFunction.Selu, x);

        /// <summary>x · Φ(x), Φ the normal distribution.</summary>
        /// <param name="approximate">The older approximation by tanh.</param>
        public Tensor Gelu(bool approximate = false) => Apply(approximate ? UnaryFunction.GeluTanh : UnaryFunction.Gelu, x);

        /// <summary>x / (1 + e⁻ˣ), also called swish.</summary>
        public Tensor Silu() => Apply(UnaryFunction.Silu, x);

        /// <summary>x · tanh(ln(1 + eˣ)).</summary>
        public Tensor Mish() => Apply(UnaryFunction.Mish, x);

        /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
        public Tensor HardSwish() => Apply(UnaryFunction.HardSwish, x);

        /// <summary>min(max(alpha · x + beta, 0), 1); the defaults are PyTorch's.</summary>
        public Tensor HardSigmoid(double alpha = 1.0 / 6, double beta = 0.5) =>
            Tensor.Apply(new Unary(UnaryFunction.HardSigmoid, alpha, beta), x);

        /// <summary>ln(1 + eˣ).</summary>
        public Tensor Softplus() => Apply(UnaryFunction.Softplus, x);

        /// <summary>x / (1 + |x|).</summary>
        public Tensor Softsign() => Apply(UnaryFunction.Softsign, x);
    }

    static Tensor Apply(UnaryFunction function, Tensor x)
    {
        var row = UnaryTable.Row(function);
        return Tensor.Apply(new Unary(function, row.Alpha, row.Beta), x);
    }
}
