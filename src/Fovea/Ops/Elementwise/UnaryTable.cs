using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>The functions of one argument that are applied element by element.</summary>
public enum UnaryFunction
{
    /// <summary>−x.</summary>
    Negate,
    /// <summary>|x|.</summary>
    Abs,
    /// <summary>−1, 0 or 1.</summary>
    Sign,
    /// <summary>x².</summary>
    Square,
    /// <summary>√x.</summary>
    Sqrt,
    /// <summary>eˣ.</summary>
    Exp,
    /// <summary>ln x.</summary>
    Log,
    /// <summary>max(x, 0).</summary>
    Relu,
    /// <summary>1 where x > 0, else 0: the derivative of Relu.</summary>
    Step,
    /// <summary>(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).</summary>
    Tanh,
    /// <summary>1 / (1 + e⁻ˣ).</summary>
    Sigmoid,
    /// <summary>1 / x.</summary>
    Reciprocal,
    /// <summary>1 / √x.</summary>
    Rsqrt,
    /// <summary>⌊x⌋.</summary>
    Floor,
    /// <summary>⌈x⌉.</summary>
    Ceiling,
    /// <summary>The nearest integer, halves to even.</summary>
    Round,
    /// <summary>eˣ − 1, accurate near 0.</summary>
    Expm1,
    /// <summary>ln(1 + x), accurate near 0.</summary>
    Log1p,
    /// <summary>sin x, x in radians.</summary>
    Sin,
    /// <summary>cos x, x in radians.</summary>
    Cos,
    /// <summary>The error function, 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    Erf,
    /// <summary>min(max(x, Alpha), Beta).</summary>
    Clip,
    /// <summary>x where x > 0, else Alpha · x.</summary>
    LeakyRelu,
    /// <summary>x where x > 0, else Alpha · (eˣ − 1).</summary>
    Elu,
    /// <summary>x where x > 0, else Alpha · (e^(x / Alpha) − 1).</summary>
    Celu,
    /// <summary>1.0507… · (x where x > 0, else 1.6732… · (eˣ − 1)).</summary>
    Selu,
    /// <summary>x · Φ(x), Φ the normal distribution.</summary>
    Gelu,
    /// <summary>x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))): an older approximation of Gelu.</summary>
    GeluTanh,
    /// <summary>x / (1 + e⁻ˣ).</summary>
    Silu,
    /// <summary>x · tanh(ln(1 + eˣ)).</summary>
    Mish,
    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    HardSwish,
    /// <summary>min(max(Alpha · x + Beta, 0), 1).</summary>
    HardSigmoid,
    /// <summary>ln(1 + eˣ).</summary>
    Softplus,
    /// <summary>x / (1 + |x|).</summary>
    Softsign,
}

/// <summary>One row: a function's scalar body and derivative. The vector body stands in Cpu/Simd under the same name.</summary>
/// <param name="Function">The name.</param>
/// <param name="Formula">The formula, as the documentation prints it.</param>
/// <param name="Value">f(x, alpha, beta) in double: the truth that every kernel is held to.</param>
/// <param name="Derivative">The derivative in terms of x and y, as graph; null where it is 0 almost everywhere.</param>
/// <param name="Samples">How sample inputs are drawn (away from kinks and poles).</param>
/// <param name="Parameters">How many parameters the row has.</param>
/// <param name="TakesIntegers">Whether integers are accepted.</param>
/// <param name="Alpha">The first parameter unless told otherwise.</param>
/// <param name="Beta">The second parameter unless told otherwise.</param>
public sealed record UnaryRow(UnaryFunction Function, string Formula, Func<double, double, double, double> Value,
    Func<Unary, Tensor, Tensor, Tensor>? Derivative, SampleValues Samples = SampleValues.Normal, int Parameters = 0,
    bool TakesIntegers = false, double Alpha = 0, double Beta = 0);

/// <summary>The table of unary functions.</summary>
public static class UnaryTable
{
    static readonly UnaryRow[] Rows = Index(
    [
        new(UnaryFunction.Negate, "−x", (x, _, _) => -x, (_, x, _) => x.Full(-1), TakesIntegers: true),
        new(UnaryFunction.Abs, "|x|", (x, _, _) => Math.Abs(x), (_, x, _) => x.Sign(), SampleValues.Distinct, TakesIntegers: true),
        new(UnaryFunction.Sign, "sign x", (x, _, _) => double.IsNaN(x) ? x : Math.Sign(x), null, SampleValues.Distinct,
            TakesIntegers: true),
        new(UnaryFunction.Square, "x²", (x, _, _) => x * x, (_, x, _) => 2 * x, TakesIntegers: true),
        new(UnaryFunction.Sqrt, "√x", (x, _, _) => Math.Sqrt(x), (_, _, y) => 0.5 / y, SampleValues.Positive),
        new(UnaryFunction.Exp, "eˣ", (x, _, _) => Math.Exp(x), (_, _, y) => y),
        new(UnaryFunction.Log, "ln x", (x, _, _) => Math.Log(x), (_, x, _) => 1 / x, SampleValues.Positive),
        new(UnaryFunction.Relu, "max(x, 0)", (x, _, _) => x > 0 || double.IsNaN(x) ? x : 0, (_, _, y) => y.Step(), SampleValues.Distinct),
        new(UnaryFunction.Step, "1 where x > 0, else 0", (x, _, _) => x > 0 ? 1 : 0, null, SampleValues.Distinct),
        new(UnaryFunction.Tanh, "tanh x", (x, _, _) => Math.Tanh(x), (_, _, y) => 1 - y.Square()),
        new(UnaryFunction.Sigmoid, "1 / (1 + e⁻ˣ)", (x, _, _) => 1 / (1 + Math.Exp(-x)), (_, _, y) => y * (1 - y)),
        new(UnaryFunction.Reciprocal, "1 / x", (x, _, _) => 1 / x, (_, _, y) => -y.Square(), SampleValues.Positive),
        new(UnaryFunction.Rsqrt, "1 / √x", (x, _, _) => 1 / Math.Sqrt(x), (_, x, y) => -0.5 * y / x, SampleValues.Positive),
        new(UnaryFunction.Floor, "⌊x⌋", (x, _, _) => Math.Floor(x), null, SampleValues.Distinct),
        new(UnaryFunction.Ceiling, "⌈x⌉", (x, _, _) => Math.Ceiling(x), null, SampleValues.Distinct),
        new(UnaryFunction.Round, "the nearest integer, halves to even", (x, _, _) => Math.Round(x), null, SampleValues.Distinct),
        new(UnaryFunction.Expm1, "eˣ − 1", (x, _, _) => ScalarMath.Expm1(x), (_, _, y) => y + 1),
        new(UnaryFunction.Log1p, "ln(1 + x)", (x, _, _) => ScalarMath.Log1p(x), (_, x, _) => (x + 1).Reciprocal(), SampleValues.Positive),
        new(UnaryFunction.Sin, "sin x", (x, _, _) => Math.Sin(x), (_, x, _) => x.Cos()),
        new(UnaryFunction.Cos, "cos x", (x, _, _) => Math.Cos(x), (_, x, _) => -x.Sin()),
        new(UnaryFunction.Erf, "erf x", (x, _, _) => ScalarMath.Erf(x), (_, x, _) => 2 / Math.Sqrt(Math.PI) * (-x.Square()).Exp()),
        .. ActivationTable.Rows,
    ]);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<UnaryRow> All => Rows;

    /// <summary>The row of a function.</summary>
    public static UnaryRow Row(UnaryFunction function) => Rows[(int)function];

    static UnaryRow[] Index(UnaryRow[] rows)
    {
        for (int i = 0; i < rows.Length; i++)
            if ((int)rows[i].Function != i)
                throw new InvalidOperationException($"Row {i} of the table is {rows[i].Function}: keep the order of the names.");
        return rows;
    }
}
