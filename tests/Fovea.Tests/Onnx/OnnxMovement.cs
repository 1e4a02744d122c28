using Fovea.Ops;
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
            ["Gather"] = c => [c[0].Gather(c[1], c.Int("axis", 0))],
            ["OneHot"] = OneHot,
            ["Shape"] = ShapeOf,
            ["Size"] = c => [Tensor.From([c[0].Shape.Count.Value], Shape.Scalar)],
            ["Constant"] = Constant,
            ["ConstantOfShape"] = c => [(c.TensorOf("value")?.ToTensor().Reshape(Shape.Scalar) ?? Tensor.Constant(0))
                .BroadcastTo(c.Ints(0)!)],
            ["Range"] = Range,
            ["GatherElements"] = c => [c[0].GatherElements(c[1], c.Int("axis", 0))],
            ["GatherND"] = c => [c[0].GatherND(c[1], c.Int("batch_dims", 0))],
            ["Scatter"] = c => [c[0].ScatterElements(c[1], c[2], c.Int("axis", 0))],
            ["ScatterElements"] = c => [c[0].ScatterElements(c[1], c[2], c.Int("axis", 0), Reduction(c))],
            ["ScatterND"] = c => [c[0].ScatterND(c[1], c[2], Reduction(c))],
            ["Trilu"] = Triangle,
            ["EyeLike"] = EyeLike,
        },
        Reasons = new[] { "Compress", "NonZero", "Unique" }.ToDictionary(name => name, _ => OnnxOutside.DataDependent),
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
            // Numbers past the ends of int have become those: the step then reaches the end, too.
            var step = steps?[i] ?? 1;
            x = x.SliceRange(axes[i], starts[i], ends[i], step == int.MinValue ? -int.MaxValue : step);
        }

        return [x];
    }

    static Tensor[] Pad(OnnxCall c)
    {
        var mode = c.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Replicate,
            "wrap" => PadMode.Circular,
            var other => throw new NotSupportedException(other),
        };
        var pads = c.Ints("pads", 1)!;
        var value = c.Numbers(2)?[0] ?? c.Float("value", 0);
        return [c[0].Pad(new Dims(pads.AsSpan(0, pads.Length / 2)), new Dims(pads.AsSpan(pads.Length / 2)), (float)value, mode)];
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

    static ScatterReduction Reduction(OnnxCall c) => c.Text("reduction", "none") switch
    {
        "none" => ScatterReduction.Replace,
        "add" => ScatterReduction.Add,
        "mul" => ScatterReduction.Multiply,
        "max" => ScatterReduction.Max,
        "min" => ScatterReduction.Min,
        var other => throw new NotSupportedException(other),
    };

    static Tensor[] Triangle(OnnxCall c)
    {
        var diagonal = c.Ints(1)?[0] ?? 0;
        return [c.Flag("upper", true) ? c[0].UpperTriangle(diagonal) : c[0].LowerTriangle(diagonal)];
    }

    static Tensor[] EyeLike(OnnxCall c)
    {
        Tensor row = Tensor.Arange(c[0].Shape[0]).Unsqueeze(1), column = Tensor.Arange(c[0].Shape[1]);
        return [(column - row).EqualTo(c.Int("k", 0)).Cast(c.Has("dtype") ? OnnxTensor.Element(c.Int("dtype", 0)) : c[0].ElementType)];
    }
}
