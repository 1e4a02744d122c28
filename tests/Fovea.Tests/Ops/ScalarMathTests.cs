using Fovea.Ops;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>The functions in double that .NET lacks, against values computed with 40 digits.</summary>
public sealed class ScalarMathTests
{
    [Theory]
    [InlineData(1e-10, 1.00000000005e-10), InlineData(-0.3, -0.25918177931828213), InlineData(2, 6.38905609893065)]
    [InlineData(-50, -1), InlineData(1000, double.PositiveInfinity), InlineData(0, 0)]
    public void Expm1(double x, double expected) => Near(expected, ScalarMath.Expm1(x));

    [Theory]
    [InlineData(1e-10, 9.9999999995e-11), InlineData(-0.3, -0.35667494393873245), InlineData(2, 1.0986122886681098)]
    [InlineData(-1, double.NegativeInfinity), InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    public void Log1p(double x, double expected) => Near(expected, ScalarMath.Log1p(x));

    [Theory]
    [InlineData(1e-3, 0.0011283787909692363), InlineData(0.5, 0.52049987781304652), InlineData(-1.5, -0.96610514647531076)]
    [InlineData(2.9, 0.9999589021219005), InlineData(3.1, 0.99998835134263275), InlineData(7, 1), InlineData(double.NegativeInfinity, -1)]
    public void Erf(double x, double expected) => Near(expected, ScalarMath.Erf(x));

    [Fact]
    public void NaN_passes()
    {
        Assert.True(double.IsNaN(ScalarMath.Erf(double.NaN)) && double.IsNaN(ScalarMath.Expm1(double.NaN))
            && double.IsNaN(ScalarMath.Log1p(double.NaN)));
    }

    static void Near(double expected, double actual) =>
        Assert.True(expected == actual || Math.Abs(actual - expected) <= 2e-15 * Math.Abs(expected), $"{actual:R} instead of {expected:R}");
}
