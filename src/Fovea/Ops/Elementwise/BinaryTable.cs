using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>The functions of two arguments that are applied element by element.</summary>
public enum BinaryFunction
{
    /// <summary>x + y.</summary>
    Add,
    /// <summary>x − y.</summary>
    Subtract,
    /// <summary>x · y.</summary>
    Multiply,
    /// <summary>x / y; integers towards zero.</summary>
    Divide,
    /// <summary>xʸ.</summary>
    Power,
    /// <summary>The larger; NaN where either is.</summary>
    Maximum,
    /// <summary>The smaller; NaN where either is.</summary>
    Minimum,
    /// <summary>x = y.</summary>
    Equal,
    /// <summary>x ≠ y.</summary>
    NotEqual,
    /// <summary>x &lt; y.</summary>
    Less,
    /// <summary>x ≤ y.</summary>
    LessOrEqual,
    /// <summary>x > y.</summary>
    Greater,
    /// <summary>x ≥ y.</summary>
    GreaterOrEqual,
    /// <summary>Both; of integers bit by bit.</summary>
    And,
    /// <summary>Either; of integers bit by bit.</summary>
    Or,
    /// <summary>Exactly one; of integers bit by bit.</summary>
    Xor,
    /// <summary>x where x > 0, else y · x: a leaky ReLU whose slope is an input.</summary>
    PRelu,
    /// <summary>⌊x / y⌋.</summary>
    FloorDivide,
    /// <summary>x − y · ⌊x / y⌋: the rest has the sign of y, as in Python.</summary>
    Modulo,
    /// <summary>x − y · (x / y towards zero): the rest has the sign of x, as in C.</summary>
    Remainder,
}

/// <summary>What a binary function takes and gives.</summary>
public enum BinaryKind
{
    /// <summary>Numbers to numbers.</summary>
    Arithmetic,
    /// <summary>Numbers to truth values.</summary>
    Comparison,
    /// <summary>Truth values to truth values, or integers to integers bit by bit.</summary>
    Logical,
}

/// <summary>One row: a function's scalar body in double and its gradient as graph.</summary>
/// <param name="Function">The name.</param>
/// <param name="Kind">What it takes and gives.</param>
/// <param name="Formula">The formula, as the documentation prints it.</param>
/// <param name="Value">f(x, y) in double; truth values are 0 and 1.</param>
/// <param name="Gradient">(x, y, z, gradient of z, which input) to the gradient of that input before broadcasting is undone.</param>
/// <param name="First">How the first sample input is drawn.</param>
/// <param name="Second">How the second sample input is drawn.</param>
public sealed record BinaryRow(BinaryFunction Function, BinaryKind Kind, string Formula, Func<double, double, double> Value,
    Func<Tensor, Tensor, Tensor, Tensor, int, Tensor>? Gradient, SampleValues First = SampleValues.Normal,
    SampleValues Second = SampleValues.Normal);

/// <summary>The table of binary functions.</summary>
public static class BinaryTable
{
    static readonly BinaryRow[] Rows = Index(
    [
        new(BinaryFunction.Add, BinaryKind.Arithmetic, "x + y", (x, y) => x + y, (_, _, _, g, _) => g),
        new(BinaryFunction.Subtract, BinaryKind.Arithmetic, "x − y", (x, y) => x - y, (_, _, _, g, i) => i == 0 ? g : -g),
        new(BinaryFunction.Multiply, BinaryKind.Arithmetic, "x · y", (x, y) => x * y, (x, y, _, g, i) => i == 0 ? g * y : g * x),
        new(BinaryFunction.Divide, BinaryKind.Arithmetic, "x / y", (x, y) => x / y,
            (_, y, z, g, i) => i == 0 ? g / y : -(g * z / y), SampleValues.Normal, SampleValues.Positive),
        new(BinaryFunction.Power, BinaryKind.Arithmetic, "xʸ", Math.Pow,
            (x, y, z, g, i) => i == 0 ? OfBase(x, y, g) : g * OfExponent(x, y, z), SampleValues.Positive),
        new(BinaryFunction.Maximum, BinaryKind.Arithmetic, "max(x, y)", Math.Max,
            (x, y, _, g, i) => i == 0 ? g * (x - y).Step() : g * (1 - (x - y).Step()), SampleValues.Distinct, SampleValues.Positive),
        new(BinaryFunction.Minimum, BinaryKind.Arithmetic, "min(x, y)", Math.Min,
            (x, y, _, g, i) => i == 0 ? g * (y - x).Step() : g * (1 - (y - x).Step()), SampleValues.Distinct, SampleValues.Positive),
        new(BinaryFunction.Equal, BinaryKind.Comparison, "x = y", (x, y) => x == y ? 1 : 0, null),
        new(BinaryFunction.NotEqual, BinaryKind.Comparison, "x ≠ y", (x, y) => x != y ? 1 : 0, null),
        new(BinaryFunction.Less, BinaryKind.Comparison, "x < y", (x, y) => x < y ? 1 : 0, null),
        new(BinaryFunction.LessOrEqual, BinaryKind.Comparison, "x ≤ y", (x, y) => x <= y ? 1 : 0, null),
        new(BinaryFunction.Greater, BinaryKind.Comparison, "x > y", (x, y) => x > y ? 1 : 0, null),
        new(BinaryFunction.GreaterOrEqual, BinaryKind.Comparison, "x ≥ y", (x, y) => x >= y ? 1 : 0, null),
        new(BinaryFunction.And, BinaryKind.Logical, "x and y", (x, y) => x != 0 && y != 0 ? 1 : 0, null),
        new(BinaryFunction.Or, BinaryKind.Logical, "x or y", (x, y) => x != 0 || y != 0 ? 1 : 0, null),
        new(BinaryFunction.Xor, BinaryKind.Logical, "x xor y", (x, y) => (x != 0) != (y != 0) ? 1 : 0, null),
        new(BinaryFunction.PRelu, BinaryKind.Arithmetic, "x where x > 0, else y · x", (x, slope) => x > 0 ? x : slope * x,
            (x, slope, _, g, i) => i == 0 ? g * (x.Step() * (1 - slope) + slope) : -(g * (-x).Relu()), SampleValues.Distinct),
        new(BinaryFunction.FloorDivide, BinaryKind.Arithmetic, "⌊x / y⌋", ScalarMath.FloorDivide, null, SampleValues.Normal,
            SampleValues.Positive),
        new(BinaryFunction.Modulo, BinaryKind.Arithmetic, "x − y · ⌊x / y⌋", ScalarMath.Modulo, (x, y, z, g, i) =>
            i == 0 ? g : -(g * ((x - z) / y).Round()), SampleValues.Normal, SampleValues.Positive),
        new(BinaryFunction.Remainder, BinaryKind.Arithmetic, "x − y · trunc(x / y)", (x, y) => x % y, (x, y, z, g, i) =>
            i == 0 ? g : -(g * ((x - z) / y).Round()), SampleValues.Normal, SampleValues.Positive),
    ]);

    // y · x^(y − 1); x⁰ is 1 everywhere, so its derivative is 0 at 0, too.
    static Tensor OfBase(Tensor x, Tensor y, Tensor g)
    {
        var dx = g * y * x.Power(y - 1);
        bool isNumber = y is { IsEvaluated: true, IsSymbolic: false, Rank: 0, Source: null };
        return isNumber ? dx : Tensor.Where(y.EqualTo(0), Tensor.Constant(0, x.ElementType), dx);
    }

    // xʸ · ln x; 0ʸ is 0 for all positive y, so its derivative is 0.
    static Tensor OfExponent(Tensor x, Tensor y, Tensor z) =>
        Tensor.Where(x.EqualTo(0) & y >= 0, Tensor.Constant(0, x.ElementType), z * x.Log());

    /// <summary>All rows.</summary>
    public static IReadOnlyList<BinaryRow> All => Rows;

    /// <summary>The row of a function.</summary>
    public static BinaryRow Row(BinaryFunction function) => Rows[(int)function];

    static BinaryRow[] Index(BinaryRow[] rows)
    {
        for (int i = 0; i < rows.Length; i++)
            if ((int)rows[i].Function != i)
                throw new InvalidOperationException($"Row {i} of the table is {rows[i].Function}: keep the order of the names.");
        return rows;
    }
}
