namespace Peers.Training;

/// <summary>Do two engines train alike? Equal weights and batches go in; losses and updates are compared at each step, two ways.</summary>
/// <remarks>
/// <para><b>Following</b>: before each step the candidate gets the reference's weights of that moment. So forward, backward and Adam (its
/// moments are the candidate's own, built from its own gradients) are compared at equal weights, step after step, and nothing accumulates:
/// the sharp test.</para>
/// <para><b>Free</b>: the candidate starts from the reference's weights and is then left alone. Training magnifies rounding: Adam divides
/// by the gradient's own size, so a weight whose gradient is near zero moves another way for a difference in the last bit. How fast is
/// measured, not guessed: twins of the reference start from weights moved by one unit in the last place, and the tolerance is a multiple
/// of their distance. So it is for updates, with a twin that follows the reference one ulp away.</para>
/// <para>Adam's update does not change when a gradient is scaled, so a factor common to a parameter's whole gradient would pass; that is
/// for the gradient tests of the engine itself.</para>
/// </remarks>
internal sealed class Agreement
{
    /// <summary>Following: the largest difference of a loss.</summary>
    public const double LossTolerance = 1e-4;

    /// <summary>How many times the twins' difference a candidate's may be: of a free loss, and of a following update.</summary>
    public const double Factor = 10;

    /// <summary>Following: a parameter's update may always be this far from the reference's, relative to it (Euclidean norms)…</summary>
    public const double UpdateFloor = 0.015;

    /// <summary>… and never farther than this.</summary>
    public const double UpdateCeiling = 0.4;

    /// <summary>Free: a loss may always differ this much.</summary>
    public const double FreeFloor = 1e-3;

    /// <summary>Parameters of fewer values are left out: among ten biases one gradient near zero is a tenth.</summary>
    public const int UpdateMinimum = 1000;

    private readonly TrainingNetwork _network;
    private readonly Batches _batches;
    private readonly ITrainingTask _reference;
    private readonly Weights _start;
    private readonly List<Companion> _companions = [];

    private Agreement(ITrainingEngine reference, TrainingNetwork network, Batches batches)
    {
        (_network, _batches) = (network, batches);
        _reference = reference.Create(network, seed: 1);
        _start = Weights.Of(_reference);
    }

    /// <summary>The reference's losses.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>The network.</summary>
    public TrainingNetwork Network => _network;

    /// <summary>The twin of the reference that follows it with every weight moved by one ulp.</summary>
    public Companion FollowingTwin => _companions[0];

    /// <summary>The twins that started one ulp away.</summary>
    public IEnumerable<Companion> FreeTwins => _companions.Where(c => c.IsTwin && !c.Follows);

    /// <summary>The compared engines' companions, each engine's following one before its free one.</summary>
    public IEnumerable<Companion> Candidates => _companions.Where(c => !c.IsTwin);

    /// <summary>Trains the reference, its twins and the candidates side by side.</summary>
    public static Agreement Measure(
        ITrainingEngine reference, IEnumerable<ITrainingEngine> candidates, TrainingNetwork network, Batches batches, int steps, int twins)
    {
        var agreement = new Agreement(reference, network, batches);
        try
        {
            agreement.Add(reference, isTwin: true, follows: true, agreement._start);
            for (var twin = 1; twin <= twins; twin++)
                agreement.Add(reference, isTwin: true, follows: false, agreement._start.MovedByOneUlp(twin));
            foreach (var candidate in candidates)
            {
                agreement.Add(candidate, isTwin: false, follows: true, agreement._start);
                agreement.Add(candidate, isTwin: false, follows: false, agreement._start);
            }

            for (var step = 0; step < steps; step++) agreement.Step(step);
            return agreement;
        }
        finally
        {
            agreement._reference.Dispose();
            foreach (var companion in agreement._companions) companion.Task.Dispose();
        }
    }

    /// <summary>How far a following candidate's update may be at a step, counted from 0.</summary>
    public double UpdateTolerance(int step) => Math.Clamp(Factor * FollowingTwin.Updates[step].Distance, UpdateFloor, UpdateCeiling);

    /// <summary>How much a free candidate's loss may differ at a step: the twins' largest difference up to it counts.</summary>
    public double FreeTolerance(int step) =>
        Math.Max(FreeFloor, Factor * FreeTwins.SelectMany(twin => twin.LossDifferences.Take(step + 1)).DefaultIfEmpty(0).Max());

    /// <summary>What strayed, a line each; none where the engines agree. What is not a number is beyond every tolerance.</summary>
    public IEnumerable<string> Violations()
    {
        foreach (var candidate in Candidates)
        {
            for (var step = 0; step < Losses.Count; step++)
            {
                var (place, difference) = ($"{candidate.Name}, step {step + 1}", candidate.LossDifferences[step]);
                var allowed = candidate.Follows ? LossTolerance : FreeTolerance(step);
                if (!(difference <= allowed)) yield return $"{place}: the losses differ by {difference:0.0e+0}, allowed {allowed:0.0e+0}";
                if (!candidate.Follows) continue;

                var (distance, path) = candidate.Updates[step];
                if (!(distance <= UpdateTolerance(step)))
                    yield return $"{place}: the update of \"{path}\" is {distance:0.0e+0} away, allowed {UpdateTolerance(step):0.0e+0}";
            }
        }
    }

    private void Add(ITrainingEngine engine, bool isTwin, bool follows, Weights start)
    {
        var task = engine.Create(_network, seed: 0);
        _companions.Add(new(engine.Name, task, isTwin, follows));
        start.CopyTo(task);
    }

    private void Step(int step)
    {
        var (images, labels) = _batches[step];
        var before = Weights.Of(_reference);
        var loss = _reference.Step(images, labels);
        var after = Weights.Of(_reference);
        Losses.Add(loss);
        foreach (var companion in _companions)
        {
            var ownBefore = companion.Follows && companion.IsTwin ? before.MovedByOneUlp(step) : before;
            if (companion.Follows) ownBefore.CopyTo(companion.Task);
            companion.LossDifferences.Add(Difference(loss, companion.Task.Step(images, labels)));
            if (companion.Follows) companion.Updates.Add(WorstUpdate(before, after, ownBefore, Weights.Of(companion.Task)));
        }
    }

    /// <summary>Relative above a loss of 1, absolute below: a small loss is the difference of nearly equal logits.</summary>
    private static double Difference(double reference, double other) => Math.Abs(other - reference) / Math.Max(1, Math.Abs(reference));

    private static (double Distance, string Path) WorstUpdate(Weights before, Weights after, Weights ownBefore, Weights ownAfter)
    {
        (double Distance, string Path) worst = (0, "none");
        for (var p = 0; p < before.Shapes.Count; p++)
        {
            if (before.Shapes[p].Count < UpdateMinimum) continue;
            double difference = 0, size = 0;
            for (var i = 0; i < before[p].Length; i++)
            {
                double update = (double)after[p][i] - before[p][i], own = (double)ownAfter[p][i] - ownBefore[p][i];
                difference += (own - update) * (own - update);
                size += update * update;
            }

            // Equal updates are at distance 0, even where nothing moved.
            var distance = difference == 0 ? 0 : Math.Sqrt(difference / size);
            if (!(distance <= worst.Distance)) worst = (distance, before.Shapes[p].Path);
        }

        return worst;
    }

    /// <summary>A network that trains beside the reference.</summary>
    /// <param name="Engine">The engine's name.</param>
    /// <param name="Task">The network.</param>
    /// <param name="IsTwin">Whether it is the reference's own engine, with weights moved by one ulp.</param>
    /// <param name="Follows">Whether it gets the reference's weights before each step.</param>
    internal sealed record Companion(string Engine, ITrainingTask Task, bool IsTwin, bool Follows)
    {
        /// <summary>For the report.</summary>
        public string Name => (IsTwin ? "one-ulp twin" : Engine) + (Follows ? ", following" : ", free");

        /// <summary>Of each step's loss from the reference's.</summary>
        public List<double> LossDifferences { get; } = [];

        /// <summary>Of each step, where it follows: the parameter whose update is farthest from the reference's.</summary>
        public List<(double Distance, string Path)> Updates { get; } = [];
    }
}
