using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

/// <summary>One node with the values that go into it, as the functions of <see cref="OnnxOperators"/> see it.</summary>
internal sealed class OnnxCall(OnnxNode node, Tensor?[] inputs, OnnxRun run)
{
    /// <summary>The version of ONNX's operators that the model was written for.</summary>
    internal int Opset => run.Opset;

    /// <summary>The node itself.</summary>
    internal OnnxNode Node => node;

    /// <summary>How many inputs are written, absent ones included.</summary>
    internal int Count => inputs.Length;

    internal int OutputCount => node.Outputs.Count;

    internal Tensor this[int input] => Optional(input) ?? throw new InvalidDataException($"{node.Operator} has no input {input}.");

    internal Tensor? Optional(int input) => input < inputs.Length ? inputs[input] : null;

    internal IEnumerable<Tensor> All => inputs.Select((_, i) => this[i]);

    internal bool Has(string attribute) => node.Attributes.ContainsKey(attribute);

    internal int Int(string attribute, int otherwise) =>
        Has(attribute) ? checked((int)node.Attributes[attribute].Integers[0]) : otherwise;

    internal bool Flag(string attribute, bool otherwise = false) => Int(attribute, otherwise ? 1 : 0) != 0;

    internal float Float(string attribute, float otherwise) => Has(attribute) ? node.Attributes[attribute].Floats[0] : otherwise;

    internal string Text(string attribute, string otherwise) => Has(attribute) ? node.Attributes[attribute].Texts[0] : otherwise;

    internal int[]? Ints(string attribute) =>
        Has(attribute) ? [.. node.Attributes[attribute].Integers.Select(value => checked((int)value))] : null;

    internal OnnxTensor? TensorOf(string attribute) => Has(attribute) ? node.Attributes[attribute].Tensor : null;

    /// <summary>A list that older versions hold as an attribute and newer ones as an input.</summary>
    internal int[]? Ints(string attribute, int input) => Ints(attribute) ?? Ints(input);

    /// <summary>
    /// The numbers of an input that a shape depends on; null where it is absent. Numbers past the ends of int become those.
    /// </summary>
    internal int[]? Ints(int input) => Optional(input) is not { } tensor ? null
        : [.. Numbers(tensor).Select(value => (int)Math.Clamp(value, int.MinValue, int.MaxValue))];

    /// <summary>The numbers of an input; null where it is absent.</summary>
    internal double[]? Numbers(int input) => Optional(input) is { } tensor ? Numbers(tensor) : null;

    internal static double[] Numbers(Tensor tensor) => OnnxRun.Value(tensor).Numbers();

    /// <summary>The outputs of an inner graph for its inputs; it sees the values around it.</summary>
    internal Tensor[] Graph(string attribute, params ReadOnlySpan<Tensor> arguments) =>
        run.Inner(node.Attributes[attribute].Graph!, arguments);
}

/// <summary>A run of a graph's nodes, in their order, by the functions of <see cref="OnnxOperators"/>.</summary>
internal sealed class OnnxRun(int opset, OnnxRun? outer = null)
{
    readonly Dictionary<string, Tensor> _values = [];

    internal int Opset => opset;

    internal Tensor[] Inner(OnnxGraph graph, ReadOnlySpan<Tensor> arguments) => new OnnxRun(opset, this).Run(graph, arguments);

    internal Tensor[] Run(OnnxGraph graph, ReadOnlySpan<Tensor> arguments)
    {
        foreach (var (name, tensor) in graph.Initializers)
        {
            _values[name] = tensor.ToTensor();
        }

        // Older files list initializers among the inputs, too.
        var open = graph.Inputs.Where(input => !graph.Initializers.ContainsKey(input.Name)).ToArray();
        if (open.Length != arguments.Length)
        {
            throw new InvalidDataException($"{arguments.Length} values for {open.Length} inputs.");
        }

        for (var i = 0; i < open.Length; i++)
        {
            _values[open[i].Name] = arguments[i];
        }

        foreach (var node in graph.Nodes)
        {
            Tensor?[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? null : Find(name))];
            var outputs = OnnxOperators.All[node.Operator](new OnnxCall(node, inputs, this));
            if (outputs.Length < node.Outputs.Count)
            {
                throw new NotSupportedException($"{node.Operator} gives {outputs.Length} of {node.Outputs.Count} outputs.");
            }

            for (var i = 0; i < node.Outputs.Count; i++)
            {
                _values[node.Outputs[i]] = outputs[i];
            }
        }

        return [.. graph.Outputs.Select(output => Find(output.Name))];
    }

    /// <summary>The elements of a tensor of any type.</summary>
    internal static TestValue Value(Tensor tensor)
    {
        var sizes = tensor.Shape.ToDims();
        return tensor.ElementType switch
        {
            ElementType.Float32 => TestValue.Of<float>(sizes, tensor.AsSpan<float>()),
            ElementType.Float64 => TestValue.Of<double>(sizes, tensor.AsSpan<double>()),
            ElementType.Float16 => TestValue.Of<Half>(sizes, tensor.AsSpan<Half>()),
            ElementType.Int8 => TestValue.Of<sbyte>(sizes, tensor.AsSpan<sbyte>()),
            ElementType.UInt8 => TestValue.Of<byte>(sizes, tensor.AsSpan<byte>()),
            ElementType.Int16 => TestValue.Of<short>(sizes, tensor.AsSpan<short>()),
            ElementType.UInt16 => TestValue.Of<ushort>(sizes, tensor.AsSpan<ushort>()),
            ElementType.Int32 => TestValue.Of<int>(sizes, tensor.AsSpan<int>()),
            ElementType.UInt32 => TestValue.Of<uint>(sizes, tensor.AsSpan<uint>()),
            ElementType.Int64 => TestValue.Of<long>(sizes, tensor.AsSpan<long>()),
            ElementType.UInt64 => TestValue.Of<ulong>(sizes, tensor.AsSpan<ulong>()),
            ElementType.Bool => TestValue.Of<bool>(sizes, tensor.AsSpan<bool>()),
            _ => throw new NotSupportedException($"Tests read no {tensor.ElementType}."),
        };
    }

    Tensor Find(string name) => _values.TryGetValue(name, out var tensor) ? tensor
        : outer?.Find(name) ?? throw new InvalidDataException($"No value {name}.");
}
