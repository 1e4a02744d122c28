namespace Peers.Training;

/// <summary>All parameters of a network, taken from one task and put into another by position.</summary>
internal sealed class Weights
{
    private readonly IReadOnlyList<ParameterShape> _shapes;
    private readonly float[][] _values;

    private Weights(IReadOnlyList<ParameterShape> shapes, float[][] values) => (_shapes, _values) = (shapes, values);

    /// <summary>The parameters' paths in the task they came from.</summary>
    public IReadOnlyList<ParameterShape> Shapes => _shapes;

    /// <summary>The values of one parameter.</summary>
    public float[] this[int index] => _values[index];

    /// <summary>Copies a task's parameters.</summary>
    public static Weights Of(ITrainingTask task) => new(task.Parameters, [.. task.Parameters.Select(p => task.GetParameter(p.Path))]);

    /// <summary>Writes them into a task, whose parameters must have the same sizes in the same order.</summary>
    /// <exception cref="InvalidOperationException">The two networks differ.</exception>
    public void CopyTo(ITrainingTask task)
    {
        if (task.Parameters.Count != _shapes.Count)
            throw new InvalidOperationException($"The networks differ: {_shapes.Count} parameters and {task.Parameters.Count}.");
        for (var i = 0; i < _shapes.Count; i++)
        {
            var target = task.Parameters[i];
            if (!target.Shape.AsSpan().SequenceEqual(_shapes[i].Shape))
                throw new InvalidOperationException($"The networks differ at parameter {i}: {Text(_shapes[i])} and {Text(target)}.");
            task.SetParameter(target.Path, _values[i]);
        }
    }

    /// <summary>The same weights, every value moved to the next float, up or down at random: the smallest difference there is.</summary>
    public Weights MovedByOneUlp(int seed)
    {
        var random = new Random(seed);
        return new(_shapes, [.. _values.Select(p => Array.ConvertAll(p,
            x => random.Next(2) == 0 ? MathF.BitIncrement(x) : MathF.BitDecrement(x)))]);
    }

    private static string Text(ParameterShape p) => $"\"{p.Path}\" {string.Join('x', p.Shape)}";
}
