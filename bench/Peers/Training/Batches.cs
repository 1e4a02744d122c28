namespace Peers.Training;

/// <summary>Made-up images that a network can learn: each class has a pattern, each image is its class's pattern under noise.</summary>
/// <remarks>Learnable, so that losses fall as in real training; made, so that nothing is fetched and all engines see the same.</remarks>
internal sealed class Batches
{
    private const float Noise = 1;

    private readonly List<(float[] Images, long[] Labels)> _batches = [];

    /// <summary>Makes <paramref name="count"/> different batches.</summary>
    public Batches(TrainingNetwork network, int count, int seed)
    {
        var random = new Random(seed);
        var pixels = (int)network.Input.Aggregate((a, b) => a * b);
        var patterns = new float[TrainingNetwork.Classes][];
        for (var c = 0; c < patterns.Length; c++) patterns[c] = Normal(random, pixels);

        for (var b = 0; b < count; b++)
        {
            var images = Normal(random, network.Batch * pixels);
            var labels = new long[network.Batch];
            for (var n = 0; n < labels.Length; n++)
            {
                labels[n] = random.Next(TrainingNetwork.Classes);
                var pattern = patterns[labels[n]];
                for (var i = 0; i < pixels; i++) images[n * pixels + i] = Noise * images[n * pixels + i] + pattern[i];
            }

            _batches.Add((images, labels));
        }
    }

    /// <summary>The batch of a step; after the last comes the first again.</summary>
    public (float[] Images, long[] Labels) this[int step] => _batches[step % _batches.Count];

    private static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box and Muller; 1 − u keeps the logarithm's argument above zero.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
