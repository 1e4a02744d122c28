namespace Peers.Training;

/// <summary>A framework that can train the networks of the comparison.</summary>
internal interface ITrainingEngine
{
    /// <summary>The name in the tables.</summary>
    string Name { get; }

    /// <summary>Name and version, for the head of a report.</summary>
    string Version { get; }

    /// <summary>Sets how many threads the steps that follow may use, the caller's own among them.</summary>
    void SetThreads(int threads);

    /// <summary>A new network with its own initialisation and a new Adam.</summary>
    ITrainingTask Create(TrainingNetwork network, int seed);
}

/// <summary>A network in training: weights in and out, and one step.</summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>The trained parameters in the order in which the network applies them: the same order in every engine.</summary>
    IReadOnlyList<ParameterShape> Parameters { get; }

    /// <summary>Overwrites a parameter, row-major in its shape.</summary>
    void SetParameter(string path, float[] values);

    /// <summary>A copy of a parameter, row-major in its shape.</summary>
    float[] GetParameter(string path);

    /// <summary>Forward in training mode, mean cross-entropy, backward, Adam; returns the loss that was read at the end.</summary>
    /// <param name="images">Batch × channels × height × width, row-major.</param>
    /// <param name="labels">One class index an image.</param>
    float Step(float[] images, long[] labels);
}

/// <summary>A parameter's path in its engine, and its sizes: convolutions O, I, H, W; linear layers out, in.</summary>
internal sealed record ParameterShape(string Path, long[] Shape)
{
    /// <summary>How many values it has.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);
}
