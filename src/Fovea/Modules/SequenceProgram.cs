using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Runs what a module computes over a padded batch, operator by operator: each knows how lengths pass through it, or is refused by name.
/// The module is traced over a symbol for the length, so that nothing in it can depend on how far the batch was padded.
/// </summary>
sealed class SequenceProgram
{
    readonly string _title;
    readonly Dictionary<string, Dim> _sizes;
    // Lengths by what made them: two branches that do the same to the same lengths have the same.
    readonly Dictionary<(Tensor, string), Tensor> _lengths = [];

    SequenceProgram(string title, Dictionary<string, Dim> sizes) => (_title, _sizes) = (title, sizes);

    /// <summary>What the module makes of the sequence.</summary>
    /// <param name="title">The module, as errors name it.</param>
    /// <param name="x">The sequence.</param>
    /// <param name="compute">The module's computation on tensors.</param>
    /// <exception cref="UnsupportedOperatorException">An operator has no rule; the message names it and the mend.</exception>
    public static Sequence Run(string title, Sequence x, Func<Tensor, Tensor> compute)
    {
        Dim samples = Dim.Symbol("N"), length = Dim.Symbol("L");
        var type = x.Values.Type with { Shape = x.Values.Shape.With(0, samples).With(x.Axis, length) };
        Graph graph;
        try
        {
            graph = Traced([type], inputs => [compute(inputs[0])]);
        }
        catch (ShapeMismatchException mismatch)
        {
            // What does not fit at all says so itself; what fits this one length depends on it.
            _ = compute(x.Values);
            throw Refuse(title, $"what it computes depends on the length to which a batch is padded ({mismatch.Message.TrimEnd('.')})");
        }
        foreach (var (a, b) in graph.Constraints.Pairs)
            if (a.Symbols.Contains("L") != b.Symbols.Contains("L"))
                throw Refuse(title, $"what it computes holds for one length alone ({a} = {b})");
        if (graph.Writes.Count > 0)
            throw Refuse(title, "it keeps statistics or draws random numbers here, which only a layer of its own can do over padding");
        var program = new SequenceProgram(title, new() { ["N"] = x.Values.Shape[0], ["L"] = x.Values.Shape[x.Axis] });
        var y = program.Run(graph, [new(x.Values, x.Axis, x.Lengths)])[0];
        return y.IsPadded ? new(y.Value, y.Lengths!) { Axis = y.Axis } : new(y.Value, x.Lengths) { Axis = 0 };
    }

    static Graph Traced(IReadOnlyList<TensorType> types, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        Graph? graph = null;
        var mode = Trace.Mode;
        Trace.Suspend(() => graph = Trace.Run(types, mode, body));
        return graph!;
    }

    Ragged[] Run(Graph graph, IReadOnlyList<Ragged> inputs)
    {
        var known = new Dictionary<Tensor, Ragged>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Count; i++) known[graph.Inputs[i]] = inputs[i];
        foreach (var (variable, leaf) in graph.Reads) known[leaf] = new(variable.Read());
        foreach (var node in graph.Nodes())
        {
            if (node.Op is SizeOf { Size: var size } && size.Symbols.Contains("L"))
                throw Refuse(_title, $"it computes with the length to which a batch is padded ({size})");
            using (Scope.Enter(node.Scope))
            {
                var outputs = Apply(node, [.. node.Inputs.Select(Known)]);
                for (int i = 0; i < outputs.Length; i++) known[node.Outputs[i]] = outputs[i];
            }
        }
        return [.. graph.Outputs.Select(Known)];

        // What the graph does not make is a constant.
        Ragged Known(Tensor tensor) => known.TryGetValue(tensor, out var value) ? value : new(tensor);
    }

    Ragged[] Apply(Node node, Ragged[] inputs)
    {
        var op = node.Op.Substitute(_sizes);
        if (!inputs.Any(i => i.IsPadded)) return [.. Tensor.ApplyAll(op, [.. inputs.Select(i => i.Value)]).Select(y => new Ragged(y))];
        var first = inputs.First(i => i.IsPadded);
        foreach (var other in inputs.Where(i => i.IsPadded))
            if (!ReferenceEquals(other.Lengths, first.Lengths))
                throw Refuse(_title, $"{Named(node)} joins sequences whose lengths may differ");
        if (AxisAfter(node, op, inputs) is var axis and >= 0)
            return [.. Tensor.ApplyAll(op, [.. inputs.Select(i => i.Value)]).Select(y => first.With(y, axis))];
        if (Along(node, op, inputs) is { } outputs) return outputs;
        // Norms over groups and the like: by what they are made of.
        Graph? parts = null;
        Tensor[]? decomposed = null;
        parts = Traced([.. node.Inputs.Select(i => i.Type)], x => decomposed = node.Op.Decompose(x) ?? [x[0]]);
        if (decomposed is not null && !ReferenceEquals(decomposed[0], parts.Inputs[0])) return Run(parts, inputs);
        throw Refuse(_title, $"{Named(node)} mixes places along axis {first.Axis} of {first.Value.Shape}");
    }

    /// <summary>
    /// The padded axis of the output of an operator that keeps places apart: no place sees another, so that padding stays padding.
    /// −1 where it does not.
    /// </summary>
    static int AxisAfter(Node node, Op op, Ragged[] inputs)
    {
        var x = inputs[0];
        int rank = node.Outputs[0].Rank, axis = x.Axis;
        bool only = x.IsPadded && inputs.Skip(1).All(i => !i.IsPadded);
        switch (op)
        {
            case Unary or Cast or StopGradient:
                return axis;
            case Binary or Select or BroadcastTo:
                // Axes align at the end.
                int[] places = [.. inputs.Where(i => i.IsPadded).Select(i => i.Axis + rank - i.Value.Rank).Distinct()];
                return places.Length == 1 ? places[0] : -1;
            case Ops.Softmax { Axis: > 0 and var along } when along != axis:
                return axis;
            case Ops.LogSoftmax { Axis: > 0 and var along } when along != axis:
                return axis;
            case LogSumExp { Axis: > 0 and var along, KeepAxis: var keep } when along != axis:
                return keep || along > axis ? axis : axis - 1;
            case Reduce reduce when !reduce.Axes.AsSpan().ContainsAny(0, axis):
                return reduce.KeepAxes ? axis : axis - reduce.Axes.Count(a => a < axis);
            case Cumulative { Axis: > 0 and var along, Reverse: var reverse } when along != axis || !reverse:
                return axis;
            case Ops.Slice { Axis: > 0 and var along } when along != axis:
                return axis;
            case Concat { Axis: > 0 and var along } when along != axis && inputs.All(i => !i.IsPadded || i.Axis == axis) && x.IsPadded:
                return axis;
            case Ops.Transpose { Order: var order } when order[0] == 0:
                return order.AsSpan().IndexOf(axis);
            case Reshape when node.Outputs[0].Rank > 0 && node.Outputs[0].Shape[0] == node.Inputs[0].Shape[0]:
                return SameAxis(node.Inputs[0].Shape, node.Outputs[0].Shape, axis);
            case Ops.Linear when only && axis != x.Value.Rank - 1:
            case BatchNormalization when only && axis != 1:
            case LocalResponseNormalization when axis != 1:
            case LayerNormalization { Axis: var from } when only && axis < from:
            case RmsNormalization { Axis: var from2 } when only && axis < from2:
            case OneHot:
                return axis;
            case Gather { Axis: > 0 and var along } when only && along != axis:
                return along > axis ? axis : axis - 1 + inputs[1].Value.Rank;
            case Gather { Axis: var along } when !x.IsPadded:
                return along + inputs[1].Axis;
            default:
                return -1;
        }
    }

    /// <summary>The axis of the same size with as many elements before it: sizes are symbols, so it is found or there is none.</summary>
    static int SameAxis(Shape from, Shape to, int axis)
    {
        var before = from.Slice(0, axis).Count;
        for (int i = 0; i < to.Rank; i++)
            if (to[i] == from[axis] && to.Slice(0, i).Count == before) return i;
        return -1;
    }

    /// <summary>Operators that look along the padded axis; null where there is no rule.</summary>
    Ragged[]? Along(Node node, Op op, Ragged[] inputs)
    {
        var x = inputs[0];
        int window = x.Axis - 2;
        bool only = x.IsPadded && inputs.Skip(1).All(i => !i.IsPadded);
        if (!only) return null;
        switch (op)
        {
            case Reduce reduce when reduce.Axes.AsSpan().Contains(x.Axis):
                return [new(x.Reduced(reduce))];
            case LogSumExp { Axis: var along } when along != x.Axis:
            case Ops.Softmax { Axis: var along2 } when along2 != x.Axis:
            case Ops.LogSoftmax { Axis: var along3 } when along3 != x.Axis:
                return null;
            case LogSumExp or Ops.Softmax or Ops.LogSoftmax:
                var y = Applied(op, x.Masked(double.NegativeInfinity), inputs);
                return [op is LogSumExp ? new(y) : x.With(y, x.Axis)];
            case Ops.Pad { Mode: PadMode.Constant } pad:
                return [new(Applied(op, x.Masked(pad.Value), inputs), x.Axis, Windows(x, pad.Before[x.Axis] + pad.After[x.Axis] - 1, 1))];
            case Convolution { Geometry: var g } when window >= 0:
                int extent = g.Extent(window, (int)inputs[1].Value.Shape[window + 2]);
                return [new(Applied(op, x.Masked(0), inputs), x.Axis,
                    Windows(x, g.PadBegin[window] + g.PadEnd[window] - extent, g.Stride[window]))];
            case TransposedConvolution { Geometry: var g } when window >= 0:
                // Where the output's size is not stride · length + something, it was given as a number.
                Shape from = node.Inputs[0].Shape, to = node.Outputs[0].Shape;
                Dim rest = to[x.Axis] - from[x.Axis] * g.Stride[window];
                return !rest.IsKnown ? null : [new(Applied(op, x.Masked(0), inputs), x.Axis, Spread(x, g.Stride[window], rest.Value))];
            case MaxPool { Geometry: var g } when window >= 0:
                var left = Pooled(x, g, window);
                return [.. Tensor.ApplyAll(op, x.Masked(double.NegativeInfinity)).Select(p => new Ragged(p, x.Axis, left))];
            case LpPool { Geometry: var g } when window >= 0:
                return [new(Applied(op, x.Masked(0), inputs), x.Axis, Pooled(x, g, window))];
            case KMaxPool when inputs.Length == 1 && !((KMaxPool)node.Op).K.Symbols.Contains("L"):
                return [.. Tensor.ApplyAll(op, x.Value, x.Lengths!).Select(p => new Ragged(p))];
            case GroupNormalization norm when window >= 0:
                return [x.With(Normalized(norm, x, inputs[1].Value, inputs[2].Value), x.Axis)];
            case AveragePool { Geometry: var g } pool when window >= 0:
                return Averaged(pool, x, window) is { } average ? [new(average, x.Axis, Pooled(x, g, window))] : null;
            default:
                return null;
        }
    }

    static Tensor Applied(Op op, Tensor first, Ragged[] inputs) =>
        Tensor.Apply(op, [first, .. inputs.Skip(1).Select(i => i.Value)]);

    /// <summary>Means of windows, of which those at the end hold padding; null where they count what lies behind it.</summary>
    static Tensor? Averaged(AveragePool pool, Ragged x, int window)
    {
        bool inside = pool.Geometry.Rounding == PoolingRounding.Floor;
        if (pool.Divisor != 0 || inside && (pool.CountPadding || pool.Geometry.PadEnd[window] == 0))
            return Tensor.Apply(pool, x.Masked(0));
        if (pool.CountPadding) return null;
        // Sums of values, divided by sums of ones where there are values.
        var sums = pool with { Divisor = 1 };
        var ones = Raggedness.Mask(x.Value.Shape, x.Axis, x.Lengths!).Cast(x.Value.ElementType);
        return Tensor.Apply(sums, x.Masked(0)) / Tensor.Apply(sums, ones.BroadcastTo(x.Value.Shape.With(1, 1)));
    }

    Tensor Pooled(Ragged x, PoolingGeometry g, int axis)
    {
        long room = g.PadBegin[axis] + g.PadEnd[axis] - g.Extent(axis);
        int stride = g.Stride[axis];
        if (g.Rounding == PoolingRounding.Floor) return Windows(x, room, stride);
        // ⌈n / s⌉ is ⌊(n + s − 1) / s⌋; by PyTorch's rule no window starts behind the last element.
        var all = Windows(x, room + stride - 1, stride);
        return g.Rounding == PoolingRounding.CeilingAnywhere ? all
            : Once(x.Lengths!, $"{room}/{stride} up", () => all.Minimum(Raggedness.Windows(x.Lengths!, g.PadBegin[axis] - 1, stride)));
    }

    /// <summary>A norm over groups of channels, by the statistics of the places that count.</summary>
    static Tensor Normalized(GroupNormalization norm, Ragged x, Tensor scale, Tensor shift)
    {
        var shape = x.Value.Shape;
        Shape groups = [shape[0], norm.Groups, shape[1].Value / norm.Groups];
        var grouped = x.With(x.Value.Reshape(Shape.Concat(groups, shape.Slice(2, shape.Rank - 2))), x.Axis + 1);
        var mean = new Reduce(Reduction.Mean, new Dims([.. Enumerable.Range(2, shape.Rank - 1)]), KeepAxes: true);
        var centred = grouped.Value - grouped.Reduced(mean);
        var variance = grouped.With(centred.Square(), grouped.Axis).Reduced(mean);
        var channels = Shape.Concat([shape[1]], Dims.Repeat(1, shape.Rank - 2));
        return (centred / (variance + norm.Epsilon).Sqrt()).Reshape(shape) * scale.Reshape(channels) + shift.Reshape(channels);
    }

    Tensor Windows(Ragged x, long room, int stride) =>
        Once(x.Lengths!, $"{room}/{stride}", () => Raggedness.Windows(x.Lengths!, room, stride));

    Tensor Spread(Ragged x, int stride, long rest) =>
        Once(x.Lengths!, $"{stride}*{rest}", () => Raggedness.Spread(x.Lengths!, stride, rest));

    Tensor Once(Tensor lengths, string what, Func<Tensor> make) =>
        _lengths.TryGetValue((lengths, what), out var known) ? known : _lengths[(lengths, what)] = make();

    static string Named(Node node) => node.Scope.Length == 0 ? node.Op.Name : $"{node.Op.Name} \"{node.Scope}\"";

    static UnsupportedOperatorException Refuse(string title, string why) => new(
        $"{title} has no rule for sequences of different lengths: {why}. Use layers that have one (convolutions, pools, norms over "
        + "channels, elementwise functions), pool over time before it, or override Compute(Sequence).");
}
