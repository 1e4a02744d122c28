using Xunit;

namespace Fovea.Tests.Training;

public sealed class ScheduleTests
{
    static double[] Factors(Schedule schedule, int steps, int stepsPerEpoch) =>
        [.. Enumerable.Range(0, steps).Select(s => schedule.Factor(new(s, steps, stepsPerEpoch)))];

    [Fact]
    public void Constant_is_one() => Assert.All(Factors(Schedule.Constant, 7, 3), f => Assert.Equal(1, f));

    [Fact]
    public void Cosine_falls_from_one_to_the_last_factor()
    {
        double[] factors = Factors(Schedule.Cosine(0.1), 100, 10);
        Assert.Equal(1, factors[0]);
        Assert.Equal(0.55, factors[50], 1e-12);
        Assert.Equal(0.1, Schedule.Cosine(0.1).Factor(new(100, 100, 10)), 1e-12);
        Assert.All(factors.Zip(factors.Skip(1)), pair => Assert.True(pair.Second < pair.First));
    }

    [Fact]
    public void Steps_multiply_after_epochs() =>
        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25], Factors(Schedule.Step(2, 0.5), 10, 2));

    [Fact]
    public void Warm_up_rises_in_front_of_any()
    {
        var schedule = Schedule.Cosine().WithWarmUp(0.5);
        double[] factors = Factors(schedule, 28, 8);
        Assert.Equal([0.25, 0.5, 0.75, 1, 1], factors[..5]);
        Assert.Equal(0.5, factors[4 + 12], 1e-12);                 // half of the 24 steps that are left
        Assert.Equal("Cosine(final=0), WarmUp(epochs=0.5)", schedule.ToString());
        Assert.Same(Schedule.Constant, Schedule.Constant.WithWarmUp(0));
    }

    [Fact]
    public void One_cycle_rises_to_one_and_falls_to_nearly_nothing()
    {
        double[] factors = Factors(Schedule.OneCycle(rise: 0.25, linear: true), 40, 10);
        Assert.Equal(1 / 25.0, factors[0], 1e-12);
        Assert.Equal(1, factors[9], 1e-12);
        Assert.Equal(1e-4 / 25, factors[^1], 1e-12);
        Assert.Equal("OneCycle(rise=0.25, initialDivisor=25, finalDivisor=10000, linear=true, threePhases=false)",
            Schedule.OneCycle(rise: 0.25, linear: true).ToString());
        foreach (int steps in new[] { 1, 2, 3 })
            Assert.All(Factors(Schedule.OneCycle(), steps, 1), f => Assert.True(f is > 0 and <= 1, $"{f} of {steps} steps"));
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.OneCycle(rise: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.OneCycle(rise: 0.5, threePhases: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.OneCycle(initialDivisor: 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Cosine(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Step(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Step(1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Constant.WithWarmUp(-1));
    }
}
