using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>The rows of <see cref="UnaryTable"/> that networks use as activations, in the order of their names.</summary>
static class ActivationTable
{
    // Klambauer et al., Self-Normalizing Neural Networks, 2017: the fixed point of mean 0 and variance 1.
    internal const double SeluAlpha = 1.6732632423543772, SeluScale = 1.0507009873554805;

    // √(2/π) and the cubic's factor: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    const double GeluScale = 0.7978845608028654, GeluCubic = 0.044715;

    /// <summary>
    /// The rows. Where a function bends, its derivative is that of the left piece, as in PyTorch; steps and cut exponents stand for a
    /// choice, so that nothing of the piece that is not chosen (an overflow) enters.
    /// </summary>
    public static UnaryRow[] Rows { get; } =
    [
        new(UnaryFunction.Clip, "min(max(x, alpha), beta)", (x, low, high) => double.IsNaN(x) ? x : Math.Min(Math.Max(x, low), high),
            (op, x, _) => (x - op.Alpha).Step() * (op.Beta - x).Step(), SampleValues.Distinct, Parameters: 2, Alpha: -1, Beta: 1),
        new(UnaryFunction.LeakyRelu, "x where x > 0, else alpha · x", (x, slope, _) => x > 0 ? x : slope * x,
            (op, x, _) => x.Step() * (1 - op.Alpha) + op.Alpha, SampleValues.Distinct, Parameters: 1, Alpha: 0.01),
        new(UnaryFunction.Elu, "x where x > 0, else alpha · (eˣ − 1)", (x, alpha, _) => x > 0 ? x : alpha * ScalarMath.Expm1(x),
            (op, x, _) => EluDerivative(x, op.Alpha), SampleValues.Distinct, Parameters: 1, Alpha: 1),
        new(UnaryFunction.Celu, "x where x > 0, else alpha · (e^(x / alpha) − 1)", (x, alpha, _) =>
            x > 0 ? x : alpha * ScalarMath.Expm1(x / alpha),
            (op, x, _) => (Negative(x) / op.Alpha).Exp(), SampleValues.Distinct, Parameters: 1, Alpha: 1),
        new(UnaryFunction.Selu, "1.0507… · (x where x > 0, else 1.6732… · (eˣ − 1))",
            (x, _, _) => SeluScale * (x > 0 ? x : SeluAlpha * ScalarMath.Expm1(x)),
            (_, x, _) => SeluScale * EluDerivative(x, SeluAlpha), SampleValues.Distinct),
        new(UnaryFunction.Gelu, "x · Φ(x)", (x, _, _) => x * Normal(x),
            (_, x, _) => 0.5 * (1 + (x * Math.Sqrt(0.5)).Erf()) + x * (-0.5 * x.Square()).Exp() / Math.Sqrt(2 * Math.PI)),
        new(UnaryFunction.GeluTanh, "x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))",
            (x, _, _) => 0.5 * x * (1 + Math.Tanh(GeluScale * (x + GeluCubic * x * x * x))), (_, x, _) => GeluTanhDerivative(x)),
        new(UnaryFunction.Silu, "x / (1 + e⁻ˣ)", (x, _, _) => x / (1 + Math.Exp(-x)), (_, x, y) => y + x.Sigmoid() * (1 - y)),
        new(UnaryFunction.Mish, "x · tanh(ln(1 + eˣ))", (x, _, _) => x * Math.Tanh(ScalarMath.Softplus(x)), (_, x, _) => MishDerivative(x)),
        new(UnaryFunction.HardSwish, "x · min(max(x + 3, 0), 6) / 6", (x, _, _) => x * Math.Clamp(x + 3, 0, 6) / 6,
            (_, x, _) => x.HardSigmoid() + x * (3 - x.Abs()).Step() / 6, SampleValues.Distinct),
        new(UnaryFunction.HardSigmoid, "min(max(alpha · x + beta, 0), 1)", (x, alpha, beta) => Math.Clamp(alpha * x + beta, 0, 1),
            (op, x, _) => op.Alpha * ((op.Alpha * x + op.Beta).Step() * (1 - op.Beta - op.Alpha * x).Step()), SampleValues.Distinct,
            Parameters: 2, Alpha: 1.0 / 6, Beta: 0.5),
        new(UnaryFunction.Softplus, "ln(1 + eˣ)", (x, _, _) => ScalarMath.Softplus(x), (_, x, _) => x.Sigmoid()),
        new(UnaryFunction.Softsign, "x / (1 + |x|)", (x, _, _) => x / (1 + Math.Abs(x)), (_, x, _) => (1 + x.Abs()).Square().Reciprocal(),
            SampleValues.Distinct),
    ];

    static double Normal(double x) => 0.5 * (1 + ScalarMath.Erf(x * Math.Sqrt(0.5)));

    /// <summary>min(x, 0).</summary>
    static Tensor Negative(Tensor x) => -(-x).Relu();

    /// <summary>1 where x > 0, else alpha · eˣ.</summary>
    static Tensor EluDerivative(Tensor x, double alpha) => x.Step() * (1 - alpha) + alpha * Negative(x).Exp();

    static Tensor GeluTanhDerivative(Tensor x)
    {
        var square = x.Square();
        var tanh = (GeluScale * x * (1 + GeluCubic * square)).Tanh();
        return 0.5 * (1 + tanh) + 0.5 * GeluScale * x * (1 - tanh.Square()) * (1 + 3 * GeluCubic * square);
    }

    static Tensor MishDerivative(Tensor x)
    {
        var tanh = x.Softplus().Tanh();
        return tanh + x * x.Sigmoid() * (1 - tanh.Square());
    }
}
