using Fovea.Analyses;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Along one spatial axis of the input: what one unit sees.</summary>
/// <param name="Start">The first pixel that is seen.</param>
/// <param name="Size">Pixels from the first to the last that is seen, inside the input.</param>
/// <param name="FullSize">The size without an input's borders, from the layers alone; null where an operator's field is unknown.</param>
/// <param name="Jump">Pixels between the fields of neighbouring units; null where unknown.</param>
/// <param name="Holes">Pixels between the first and the last that are not seen: gridding of dilated or strided layers.</param>
public sealed record UnitFieldAxis(int Start, int Size, double? FullSize, double? Jump, IReadOnlyList<int> Holes)
{
    /// <summary>Whether the input is smaller than the field: units see its borders, all of them.</summary>
    public bool ExceedsInput(int inputSize) => FullSize > inputSize;
}

/// <summary>Which pixels of the input a unit of a layer sees.</summary>
/// <param name="Layer">The layer's path.</param>
/// <param name="Unit">Its place on the spatial axes of the layer's output.</param>
/// <param name="Axes">One entry a spatial axis of the input.</param>
public sealed record UnitField(string Layer, Dims Unit, IReadOnlyList<UnitFieldAxis> Axes);

/// <summary>A transposed convolution whose outputs are made of unequally many inputs: the cause of checkerboards.</summary>
/// <param name="Layer">The layer's path.</param>
/// <param name="Axis">The spatial axis, from 0.</param>
/// <param name="Least">The fewest taps that reach a place in the interior.</param>
/// <param name="Most">The most taps that do.</param>
public sealed record Checkerboard(string Layer, int Axis, int Least, int Most);

public static partial class Analysis
{
    /// <summary>
    /// Which pixels a unit of a layer sees, by theory: from the graph alone, back through branches, dilation, transposed layers, pooling.
    /// </summary>
    /// <param name="model">A built model of inputs with spatial axes.</param>
    /// <param name="layer">The path of a layer; "" for the model's output.</param>
    /// <param name="unit">The unit's place, one entry a spatial axis of the layer's output; none for the middle.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape the model was built for.</param>
    /// <exception cref="ArgumentException">There is no such layer or unit, or the layer does not depend on the input.</exception>
    /// <exception cref="Errors.UnsupportedOperatorException">An operator's field is not known; <see cref="MeasureReceptiveField"/>
    /// still answers.</exception>
    public static UnitField ReceptiveField(Module model, string layer = "", Dims unit = default, Shape? inputShape = null)
    {
        var graph = new FieldGraph(model, layer, unit, inputShape);
        return graph.ByTheory();
    }

    /// <summary>
    /// The same by measurement: the gradient of the unit with respect to the input, with weights made positive (their absolute values),
    /// activations passed through, and mean in the place of max, so that nothing cancels and nothing is cut off.
    /// </summary>
    /// <inheritdoc cref="ReceptiveField(Module, string, Dims, Shape?)"/>
    public static UnitField MeasureReceptiveField(Module model, string layer = "", Dims unit = default, Shape? inputShape = null)
    {
        var graph = new FieldGraph(model, layer, unit, inputShape);
        return graph.ByGradient();
    }

    /// <summary>The transposed convolutions whose kernel is no multiple of their stride (Odena and others, 2016).</summary>
    /// <param name="model">A built model.</param>
    public static IReadOnlyList<Checkerboard> Checkerboards(Module model)
    {
        var replay = new Replay(model);
        var found = new List<Checkerboard>();
        foreach (var step in replay.Program.Steps)
        {
            if (step.Op is not TransposedConvolution { Geometry: var geometry }) continue;
            var weight = replay.VariableOf(step.Inputs[1])?.Shape.ToDims();
            if (weight is not { } sizes) continue;
            for (int axis = 0; axis < geometry.Rank; axis++)
            {
                int stride = geometry.Stride[axis], dilation = geometry.Dilation[axis], kernel = sizes[axis + 2];
                int[] taps = new int[stride];
                for (int tap = 0; tap < kernel; tap++) taps[tap * dilation % stride]++;
                if (taps.Min() != taps.Max()) found.Add(new(step.Scope, axis, taps.Min(), taps.Max()));
            }
        }
        return found;
    }
}
