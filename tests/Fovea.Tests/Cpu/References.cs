namespace Fovea.Tests.Cpu;

/// <summary>Functions in double that .NET's Math lacks, for tests to compare with.</summary>
internal static class References
{
    /// <summary>e^x − 1 to about 1e-14.</summary>
    public static double Expm1(double x)
    {
        if (!(Math.Abs(x) < 0.02)) return Math.Exp(x) - 1;
        double sum = x, term = x;
        for (int k = 2; k < 10; k++) sum += term *= x / k;
        return sum;
    }

    /// <summary>ln(1 + x) to about 1e-14.</summary>
    public static double Log1p(double x)
    {
        if (!(Math.Abs(x) < 0.02)) return Math.Log(1 + x);
        double sum = 0, power = x;
        for (int k = 1; k < 12; k++, power *= -x) sum += power / k;
        return sum;
    }

    /// <summary>The error function: its Taylor series below 3, the continued fraction of the complement above.</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a > 6) return Math.Sign(x);
        if (a < 3)
        {
            double sum = x, term = x;
            for (int k = 1; k < 100; k++)
            {
                term *= -x * x / k;
                sum += term / (2 * k + 1);
            }
            return 2 / Math.Sqrt(Math.PI) * sum;
        }
        double fraction = a;
        for (int k = 80; k > 0; k--) fraction = a + k / 2.0 / fraction;
        return Math.Sign(x) * (1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / fraction);
    }
}
