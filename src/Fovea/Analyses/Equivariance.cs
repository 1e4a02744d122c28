using Fovea.Analyses;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>How one operator of a model follows a movement of its input.</summary>
/// <param name="Layer">The path of the layer.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Error">
/// ‖f(move x) − move f(x)‖ / ‖f(x)‖, root of sums of squares over all images: 0 is perfectly equivariant. For a value without spatial axes
/// nothing is moved: the error is how far it is from invariant.
/// </param>
/// <param name="InteriorError">
/// The same over units whose field lies inside the image before and after: what is left when borders are left out; null where no unit is.
/// </param>
/// <param name="Jump">Input pixels between neighbouring units; null for a value without spatial axes.</param>
public sealed record LayerEquivariance(string Layer, string Operator, double Error, double? InteriorError, IReadOnlyList<double>? Jump);

/// <summary>How a model follows a movement of its input.</summary>
/// <param name="Movement">The movement.</param>
/// <param name="Layers">Every operator, in order.</param>
/// <param name="Consistency">The share of images whose largest output stays the same; null where the output is a map.</param>
public sealed record ModelEquivariance(ImageMovement Movement, IReadOnlyList<LayerEquivariance> Layers, double? Consistency)
{
    /// <summary>The last operator of a layer.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public LayerEquivariance Of(string layer) => Layers.LastOrDefault(l => l.Layer == layer)
        ?? throw new ArgumentException($"There is no layer \"{layer}\"{Errors.Nearest.Hint(layer, Layers.Select(l => l.Layer))}.");
}

public static partial class Analysis
{
    /// <summary>
    /// Moves images, and holds what every operator gives to the moved ones to the moved values: f(g(x)) against g(f(x)). Convolution is
    /// equivariant to shifts by multiples of its stride where no border is seen; pooling makes the prediction nearly invariant.
    /// </summary>
    /// <param name="model">A built model of images C, H, W.</param>
    /// <param name="images">Images N, C, H, W, prepared as the model expects them.</param>
    /// <param name="movement">The movement.</param>
    public static ModelEquivariance Equivariance(Module model, Tensor images, ImageMovement movement)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(movement);
        if (images.Rank != 4) throw new ArgumentException($"Movements are of images N, C, H, W, not {images.Shape}.", nameof(images));
        var replay = new Replay(model, inputShape: images.Shape.Slice(1, 3));
        int height = (int)images.Shape[2], width = (int)images.Shape[3];
        var (movedImages, _) = Warp.Planes(images.AsSpan(), height, width, movement, 1, 1);
        Replayed still = replay.Run(images), moved = replay.Run(Tensor.From(movedImages, images.Shape));
        int steps = replay.Program.Steps.Count;
        Tensor.Evaluate([.. Enumerable.Range(0, steps).SelectMany(i => new[] { still.Output(i), moved.Output(i) })]);

        var fields = new ReceptiveField?[still.Values.Count];
        fields[0] = Graphs.ReceptiveField.Pixels(2);
        var sizes = replay.Program.Bind(images.Type, "");
        var layers = new List<LayerEquivariance>();
        for (int i = 0; i < steps; i++)
        {
            var step = replay.Program.Steps[i];
            var op = step.Op.Substitute(sizes);
            var field = op.Field([.. step.Inputs.Select(n => fields[n])],
                Inputs.Of(op, [.. step.Inputs.Select(n => still.Values[n].Type)]));
            fields[still.First[i]] = field;
            var value = still.Output(i);
            if (value.ElementType != ElementType.Float32 || op.Reinterprets && value.Rank == 4) continue;
            layers.Add(Follow(step.Scope, op.Name, value, moved.Output(i), movement, value.Rank == 4 ? field : null, height, width));
        }

        int output = replay.Program.Output;
        return new(movement, layers, still.Values[output] is { Rank: 2 } scores ? Consistency(scores, moved.Values[output]) : null);
    }

    /// <summary>Errors and consistency over growing movements: one point a movement.</summary>
    /// <param name="model">A built model of images C, H, W.</param>
    /// <param name="images">Images N, C, H, W, prepared as the model expects them.</param>
    /// <param name="movements">The movements, in the order of the points.</param>
    public static IReadOnlyList<ModelEquivariance> EquivarianceCurve(
        Module model, Tensor images, IEnumerable<ImageMovement> movements)
    {
        ArgumentNullException.ThrowIfNull(movements);
        return [.. movements.Select(movement => Equivariance(model, images, movement))];
    }

    static LayerEquivariance Follow(string layer, string name, Tensor still, Tensor moved, ImageMovement movement, ReceptiveField? field,
        int height, int width)
    {
        ReadOnlySpan<float> actual = moved.AsSpan();
        if (still.Rank != 4) return new(layer, name, Relative(still.AsSpan(), actual, still.AsSpan(), null), null, null);
        int rows = (int)still.Shape[2], columns = (int)still.Shape[3];
        // Where an operator's field is unknown, the map's size tells how far apart its units are.
        double jumpRow = field?.Axes[0].Jump ?? (double)height / rows, jumpColumn = field?.Axes[1].Jump ?? (double)width / columns;
        var (expected, inside) = Warp.Planes(still.AsSpan(), rows, columns, movement, jumpRow, jumpColumn);
        bool[]? interior = field is null ? null : Interior(field, rows, columns, movement, height, width);
        return new(layer, name, Relative(expected, actual, still.AsSpan(), inside),
            interior is not null && interior.AsSpan().Contains(true) ? Relative(expected, actual, still.AsSpan(), interior) : null,
            [jumpRow, jumpColumn]);
    }

    // Units that see no border, neither where they stand nor where their value comes from.
    static bool[] Interior(ReceptiveField field, int rows, int columns, ImageMovement movement, int height, int width)
    {
        bool[] interior = new bool[rows * columns];
        for (int place = 0; place < interior.Length; place++)
        {
            int row = place / columns, column = place % columns;
            var (sourceRow, sourceColumn) = movement.Source(row, column, (rows - 1) / 2.0, (columns - 1) / 2.0, field.Axes[0].Jump,
                field.Axes[1].Jump);
            interior[place] = Sees(field.Axes[0], row, height) && Sees(field.Axes[1], column, width)
                && Sees(field.Axes[0], sourceRow, height) && Sees(field.Axes[1], sourceColumn, width);
        }
        return interior;

        // A place between two units is inside when both are.
        static bool Sees(FieldAxis axis, double unit, int size) =>
            axis.Start + Math.Floor(unit) * axis.Jump >= 0 && axis.Start + Math.Ceiling(unit) * axis.Jump + axis.Size <= size;
    }

    static double Relative(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, ReadOnlySpan<float> scale, bool[]? mask)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (mask is not null && !mask[i % mask.Length]) continue;
            double apart = (double)actual[i] - expected[i];
            difference += apart * apart;
            size += (double)scale[i] * scale[i];
        }
        return size == 0 ? difference == 0 ? 0 : double.PositiveInfinity : Math.Sqrt(difference / size);
    }

    static double Consistency(Tensor still, Tensor moved)
    {
        long[] before = still.ArgMax(1).ToArray<long>(), after = moved.ArgMax(1).ToArray<long>();
        return before.Zip(after).Count(pair => pair.First == pair.Second) / (double)before.Length;
    }
}
