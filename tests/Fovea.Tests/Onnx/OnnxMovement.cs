using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxMovement
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["Concat"] = c => [Tensor.Concat(c.Int("axis", 1), [.. c.All])],
            ["Split"] = Split,
            ["Reshape"] = Reshape,
            ["Flatten"] = Flatten,
            ["Squeeze"] = Squeeze,
            ["Unsqueeze"] = Unsqueeze,
            ["Transpose"] = c => [c[0].Transpose(c.Ints("perm") ?? [.. Enumerable.Range(0, c[0].Rank).Reverse()])],
            ["Expand"] = Expand,
            ["Tile"] = c => [c[0].Tile(c.Ints(1)!)],
            ["Slice"] = Slice,
            ["Pad"] = Pad,
            ["Gather"] = Gather,
            ["OneHot"] = OneHot,
            ["Shape"] = ShapeOf,
            ["Size"] = c => [Tensor.From([c[0].Shape.Count.Value], Shape.Scalar)],
            ["Constant"] = Constant,
            ["ConstantOfShape"] = c => [(c.TensorOf("value")?.ToTensor().Reshape(Shape.Scalar) ?? Tensor.Constant(0))
                .BroadcastTo(c.Ints(0)!)],
            ["Range"] = Range,
        },
        Reasons = new[]
        {
            "GatherElements", "GatherND", "Scatter", "ScatterElements", "ScatterND", "EyeLike", "Trilu", "Compress", "NonZero", "Unique",
        }.ToDictionary(name => name, _ => "waits for its operator"),
        Tests = new()
        {
            ["test_edge_pad"] = "waits for padding modes",
            ["test_reflect_pad"] = "waits for padding modes",
        },
    };

    static Tensor[] Split(OnnxCall c)
    {
        var axis = c[0].Shape.Axis(c.Int("axis", 0));
        var size = (int)c[0].Shape[axis];
        var sizes = c.Ints("split", 1) ?? [.. Enumerable.Repeat(size / c.OutputCount, c.OutputCount)];
        var start = 0;
        var parts = new List<Tensor>();
        foreach (var part in sizes)
        {
            parts.Add(c[0].Slice(axis, start, part));
            start += part;
        }

        return [.. parts];
    }

    // 0 is the input's size at that place, unless zeros are allowed; −1 is what is left.
    static Tensor[] Reshape(OnnxCall c)
    {
        var sizes = c.Ints("shape", 1)!;
        for (var i = 0; i < sizes.Length && !c.Flag("allowzero"); i++)
        {
            sizes[i] = sizes[i] == 0 ? (int)c[0].Shape[i] : sizes[i];
        }

        var known = sizes.Where(size => size != -1).Aggregate(1L, (product, size) => product * size);
        return [c[0].Reshape(new Shape([.. sizes.Select(size => (Dim)(size == -1 ? c[0].Shape.Count.Value / known : size))]))];
    }

    static Tensor[] Flatten(OnnxCall c)
    {
        var axis = c.Int("axis", 1);
        axis = axis < 0 ? axis + c[0].Rank : axis;
        return [c[0].Reshape(c[0].Shape.Slice(0, axis).Count, c[0].Shape.Slice(axis, c[0].Rank - axis).Count)];
    }

    static Tensor[] Squeeze(OnnxCall c) =>
        [c[0].Squeeze(c.Ints("axes", 1) ?? [.. Enumerable.Range(0, c[0].Rank).Where(axis => c[0].Shape[axis] == 1)])];

    // Axes count in the result.
    static Tensor[] Unsqueeze(OnnxCall c)
    {
        var axes = c.Ints("axes", 1)!;
        var rank = c[0].Rank + axes.Length;
        return [axes.Select(axis => axis < 0 ? axis + rank : axis).Order().Aggregate(c[0], (x, axis) => x.Unsqueeze(axis))];
    }

    // Either side stretches.
    static Tensor[] Expand(OnnxCall c)
    {
        int[] wanted = c.Ints(1)!, sizes = [.. c[0].Shape.Select(size => (int)size)];
        var rank = Math.Max(wanted.Length, sizes.Length);
        int At(int[] list, int i) => i < rank - list.Length ? 1 : list[i - (rank - list.Length)];
        return [c[0].BroadcastTo([.. Enumerable.Range(0, rank).Select(i => (Dim)(At(wanted, i) == 1 ? At(sizes, i) : At(wanted, i)))])];
    }

    static Tensor[] Slice(OnnxCall c)
    {
        int[] starts = c.Ints("starts", 1)!, ends = c.Ints("ends", 2)!;
        var axes = c.Ints("axes", 3) ?? [.. Enumerable.Range(0, starts.Length)];
        var steps = c.Ints(4);
        var x = c[0];
        for (var i = 0; i < axes.Length; i++)
        {
            var step = steps?[i] ?? 1;
            long size = (int)x.Shape[x.Shape.Axis(axes[i])];
            long start = starts[i] < 0 ? starts[i] + size : starts[i], end = ends[i] < 0 ? ends[i] + size : ends[i];
            (start, end) = step > 0 ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size))
                : (Math.Clamp(start, -1, size - 1), Math.Clamp(end, -1, size - 1));
            var count = (int)Math.Max(0, step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step);
            var axis = x.Shape.Axis(axes[i]);
            // A negative step takes the same elements forwards, then turns them round.
            x = step > 0 ? x.Slice(axis, (int)start, count, step)
                : x.Slice(axis, (int)(start + (count - 1) * (long)step), count, -step).Flip(axis);
        }

        return [x];
    }

    static Tensor[] Pad(OnnxCall c)
    {
        if (c.Text("mode", "constant") != "constant")
        {
            throw new NotSupportedException(c.Text("mode", ""));
        }

        var pads = c.Ints("pads", 1)!;
        var value = c.Numbers(2)?[0] ?? c.Float("value", 0);
        return [c[0].Pad(new Dims(pads.AsSpan(0, pads.Length / 2)), new Dims(pads.AsSpan(pads.Length / 2)), (float)value)];
    }

    // A negative index counts from the end.
    static Tensor[] Gather(OnnxCall c)
    {
        var axis = c[0].Shape.Axis(c.Int("axis", 0));
        var size = (int)c[0].Shape[axis];
        return [c[0].Gather(Tensor.Where(c[1] < 0, c[1] + size, c[1]), axis)];
    }

    // Indices out of [−depth, depth) give a row of off values.
    static Tensor[] OneHot(OnnxCall c)
    {
        var depth = (int)c.Numbers(1)![0];
        var indices = c[0].Cast(ElementType.Int64);
        var hot = Tensor.Where(indices < 0, indices + depth, indices).OneHot(depth).Cast(ElementType.Bool);
        var values = c[2];
        var axis = c.Int("axis", -1);
        axis = axis < 0 ? axis + hot.Rank : axis;
        int[] order = [.. Enumerable.Range(0, axis), hot.Rank - 1, .. Enumerable.Range(axis, hot.Rank - 1 - axis)];
        return [Tensor.Where(hot.Transpose(order), values.Slice(0, 1, 1).Squeeze(), values.Slice(0, 0, 1).Squeeze())];
    }

    static Tensor[] ShapeOf(OnnxCall c)
    {
        int Place(int axis) => Math.Clamp(axis < 0 ? axis + c[0].Rank : axis, 0, c[0].Rank);
        int start = Place(c.Int("start", 0)), end = Place(c.Int("end", c[0].Rank));
        return [Tensor.From<long>([.. c[0].Shape.Skip(start).Take(Math.Max(0, end - start)).Select(size => (long)(int)size)])];
    }

    static Tensor[] Constant(OnnxCall c)
    {
        var attribute = c.Node.Attributes.Values.Single();
        return attribute.Name switch
        {
            "value" => [attribute.Tensor!.ToTensor()],
            "value_int" => [Tensor.From([attribute.Integers[0]], Shape.Scalar)],
            "value_ints" => [Tensor.From<long>([.. attribute.Integers])],
            "value_float" => [Tensor.From([attribute.Floats[0]], Shape.Scalar)],
            "value_floats" => [Tensor.From<float>([.. attribute.Floats])],
            _ => throw new NotSupportedException(attribute.Name),
        };
    }

    static Tensor[] Range(OnnxCall c)
    {
        double start = c.Numbers(0)![0], limit = c.Numbers(1)![0], delta = c.Numbers(2)![0];
        var count = (int)Math.Max(Math.Ceiling((limit - start) / delta), 0);
        return [(Tensor.Arange(count).Cast(ElementType.Float64) * delta + start).Cast(c[0].ElementType)];
    }
}
