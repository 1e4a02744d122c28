using System.Globalization;

namespace Fovea;

/// <summary>Where a training run stands.</summary>
/// <param name="Step">Updates made so far.</param>
/// <param name="TotalSteps">Updates in all.</param>
/// <param name="StepsPerEpoch">Updates an epoch.</param>
public readonly record struct TrainingPosition(long Step, long TotalSteps, int StepsPerEpoch);

/// <summary>
/// How the learning rate changes over a run: a factor of the optimizer's own rate for each step. A function of the position alone, so a
/// resumed run goes on where it was. One of one's own derives from it; its <see cref="object.ToString"/> is recorded, and compared on
/// resuming.
/// </summary>
public abstract record Schedule
{
    /// <summary>Always 1.</summary>
    public static Schedule Constant { get; } = new Unchanging();

    /// <summary>From 1 down along half a cosine (Loshchilov and Hutter, 2017).</summary>
    /// <param name="final">The factor at the end of the run, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public static Schedule Cosine(double final = 0) => final is >= 0 and <= 1
        ? new HalfCosine(final)
        : throw new ArgumentOutOfRangeException(nameof(final), final, "The last factor lies from 0 to 1.");

    /// <summary>Multiplied again and again after some epochs.</summary>
    /// <param name="epochs">From one drop to the next.</param>
    /// <param name="factor">What a drop multiplies by, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no epoch in between, or the factor is not from 0 to 1.</exception>
    public static Schedule Step(int epochs, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        if (!(factor is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor lies from 0 to 1.");
        return new Drops(epochs, factor);
    }

    /// <summary>
    /// Up from 1 / initialDivisor to 1, then down to nearly nothing, over the whole run: torch's OneCycleLR, the optimizer's own rate being
    /// the largest (Smith and Topin, 2019). Momentum stays what it is.
    /// </summary>
    /// <param name="rise">The share of the steps in which the rate rises, more than 0 and less than 1.</param>
    /// <param name="initialDivisor">The first factor is 1 over it, at least 1.</param>
    /// <param name="finalDivisor">The last factor is the first over it, at least 1.</param>
    /// <param name="linear">Straight lines; else halves of a cosine.</param>
    /// <param name="threePhases">Down as fast as up to the first factor, then on to the last; rise is less than 1/2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; the message names it.</exception>
    public static Schedule OneCycle(
        double rise = 0.3, double initialDivisor = 25, double finalDivisor = 1e4, bool linear = false, bool threePhases = false)
    {
        if (!(rise > 0 && rise < (threePhases ? 0.5 : 1)))
            throw new ArgumentOutOfRangeException(
                nameof(rise), rise, $"The share of the rise lies between 0 and {(threePhases ? "1/2" : "1")}.");
        if (!(initialDivisor >= 1 && double.IsFinite(initialDivisor)))
            throw new ArgumentOutOfRangeException(nameof(initialDivisor), initialDivisor, "A divisor is at least 1.");
        if (!(finalDivisor >= 1 && double.IsFinite(finalDivisor)))
            throw new ArgumentOutOfRangeException(nameof(finalDivisor), finalDivisor, "A divisor is at least 1.");
        return new Cycle(rise, initialDivisor, finalDivisor, linear, threePhases);
    }

    /// <summary>A straight rise from 0 to 1 in front; this schedule follows, over the steps that are left.</summary>
    /// <param name="epochs">How long the rise takes; part of an epoch will do.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public Schedule WithWarmUp(double epochs) => !(double.IsFinite(epochs) && epochs >= 0)
        ? throw new ArgumentOutOfRangeException(nameof(epochs), epochs, "A warm-up takes some epochs, or a part of one.")
        : epochs == 0 ? this : new Rising(this, epochs);

    /// <summary>What the optimizer's learning rate is multiplied by in the step to come.</summary>
    public abstract double Factor(in TrainingPosition position);

    sealed record Unchanging : Schedule
    {
        public override double Factor(in TrainingPosition position) => 1;

        public override string ToString() => "Constant";
    }

    sealed record HalfCosine(double Final) : Schedule
    {
        public override double Factor(in TrainingPosition position)
        {
            double done = Math.Clamp((double)position.Step / Math.Max(1, position.TotalSteps), 0, 1);
            return Final + (1 - Final) * 0.5 * (1 + Math.Cos(Math.PI * done));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Cosine(final={Final:R})");
    }

    sealed record Drops(int Epochs, double Multiplier) : Schedule
    {
        public override double Factor(in TrainingPosition position)
        {
            double factor = 1;
            for (long drops = position.Step / position.StepsPerEpoch / Epochs; drops > 0 && factor > 0; drops--) factor *= Multiplier;
            return factor;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Step(epochs={Epochs}, factor={Multiplier:R})");
    }

    sealed record Cycle(double Rise, double InitialDivisor, double FinalDivisor, bool Linear, bool ThreePhases) : Schedule
    {
        public override double Factor(in TrainingPosition position)
        {
            // A phase reaches its end at a step that may lie between two.
            double total = Math.Max(1, position.TotalSteps), step = Math.Min(position.Step, total - 1), peak = Rise * total - 1;
            double first = 1 / InitialDivisor, last = first / FinalDivisor;
            if (step <= peak) return Between(first, 1, step, 0, peak);
            if (!ThreePhases) return Between(1, last, step, peak, total - 1);
            double down = 2 * Rise * total - 2;
            return step <= down ? Between(1, first, step, peak, down) : Between(first, last, step, down, total - 1);
        }

        double Between(double from, double to, double step, double start, double end)
        {
            // Of a run so short that a phase has no length its end counts.
            double done = end > start ? Math.Clamp((step - start) / (end - start), 0, 1) : 1;
            return Linear ? from + (to - from) * done : to + (from - to) * 0.5 * (1 + Math.Cos(Math.PI * done));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"OneCycle(rise={Rise:R}, initialDivisor={InitialDivisor:R}, finalDivisor={FinalDivisor:R}, "
            + $"linear={(Linear ? "true" : "false")}, threePhases={(ThreePhases ? "true" : "false")})");
    }

    sealed record Rising(Schedule After, double Epochs) : Schedule
    {
        public override double Factor(in TrainingPosition position)
        {
            // The first step is taken at 1/n of the rate, not at 0, and the last of the n at the whole of it.
            long rise = Math.Clamp((long)Math.Ceiling(Epochs * position.StepsPerEpoch), 1, Math.Max(1, position.TotalSteps));
            return position.Step < rise
                ? (position.Step + 1.0) / rise
                : After.Factor(position with { Step = position.Step - rise, TotalSteps = position.TotalSteps - rise });
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{After}, WarmUp(epochs={Epochs:R})");
    }
}
