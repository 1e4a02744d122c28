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
