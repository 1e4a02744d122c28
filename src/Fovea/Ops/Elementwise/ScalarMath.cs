namespace Fovea.Ops;

/// <summary>Functions in double that .NET lacks: the truth that kernels are held to.</summary>
static class ScalarMath
{
    /// <summary>eˣ − 1 without cancellation. (Kahan's correction: the errors of e^x and of its logarithm undo each other.)</summary>
    public static double Expm1(double x)
    {
        double exp = Math.Exp(x);
        if (exp == 1) return x;
        return exp - 1 == -1 || double.IsPositiveInfinity(exp) ? exp - 1 : (exp - 1) * x / Math.Log(exp);
    }

    /// <summary>ln(1 + x) without cancellation.</summary>
    public static double Log1p(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : double.IsPositiveInfinity(sum) ? sum : Math.Log(sum) * x / (sum - 1);
    }

    /// <summary>ln(1 + eˣ).</summary>
    public static double Softplus(double x) => x > 0 ? x + Log1p(Math.Exp(-x)) : Log1p(Math.Exp(x));

    /// <summary>
    /// The error function: below 3 the series 2/√π · e^(−x²) · Σ 2ᵏ x^(2k+1) / (1 · 3 · … · (2k + 1)), whose terms have one sign; above,
    /// the complement's continued fraction.
    /// </summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a < 3)
        {
            double sum = x, term = x;
            for (int k = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); k++) sum += term *= 2 * x * x / (2 * k + 1);
            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }
        if (a > 6) return Math.CopySign(1, x);
        double fraction = a;
        for (int k = 80; k > 0; k--) fraction = a + k / 2.0 / fraction;
        return Math.CopySign(1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / fraction, x);
    }

    /// <summary>x − y · ⌊x / y⌋, exact: the rest has the sign of y.</summary>
    public static double Modulo(double x, double y)
    {
        double rest = x % y;
        return rest != 0 && rest < 0 != y < 0 ? rest + y : rest;
    }

    /// <summary>⌊x / y⌋ of the exact quotient, which a rounded one may have stepped over.</summary>
    public static double FloorDivide(double x, double y)
    {
        if (y == 0 || !double.IsFinite(x) || !double.IsFinite(y)) return Math.Floor(x / y);
        double rest = x % y, quotient = (x - rest) / y;
        if (rest != 0 && rest < 0 != y < 0) quotient -= 1;
        return quotient == 0 ? Math.CopySign(0, x / y) : Math.Round(quotient);
    }
}
