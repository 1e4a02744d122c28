namespace Fovea.Tests.Onnx;

/// <summary>What the tests need of an ONNX model: the graph, and the version of its operators.</summary>
internal sealed record OnnxModel(OnnxGraph Graph, int Opset)
{
    // Graphs in attributes of nodes (If, Loop, Scan) nest.
    const int MostGraphs = 8;

    internal static OnnxModel Read(string path) => Read(File.ReadAllBytes(path));

    internal static OnnxModel Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        OnnxGraph? graph = null;
        var opset = 0;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 7: graph = ReadGraph(reader.Bytes(), MostGraphs); break;
                case 8: opset = Math.Max(opset, Version(reader.Bytes())); break;
                default: reader.Skip(); break;
            }
        }

        return new(graph ?? throw new InvalidDataException("A model without a graph."), opset);
    }

    // Operators of other domains (ai.onnx.preview.training) say so in their nodes; their version is not needed.
    static int Version(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        var (domain, version) = ("", 0L);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: domain = reader.Text(); break;
                case 2: version = reader.Integer(); break;
                default: reader.Skip(); break;
            }
        }

        return domain is "" or "ai.onnx" ? checked((int)version) : 0;
    }

    static OnnxGraph ReadGraph(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth == 0)
        {
            throw new InvalidDataException($"More than {MostGraphs} graphs in each other.");
        }

        var reader = new ProtoReader(bytes);
        var graph = new OnnxGraph();
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: graph.Nodes.Add(ReadNode(reader.Bytes(), depth)); break;
                case 5:
                    var tensor = OnnxTensor.Read(reader.Bytes());
                    graph.Initializers.Add(tensor.Name, tensor);
                    break;
                case 11: graph.Inputs.Add(ReadValue(reader.Bytes())); break;
                case 12: graph.Outputs.Add(ReadValue(reader.Bytes())); break;
                default: reader.Skip(); break;
            }
        }

        return graph;
    }

    static OnnxNode ReadNode(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new ProtoReader(bytes);
        var (inputs, outputs, attributes) = (new List<string>(), new List<string>(), new Dictionary<string, OnnxAttribute>());
        var (name, domain) = ("", "");
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: inputs.Add(reader.Text()); break;
                case 2: outputs.Add(reader.Text()); break;
                case 4: name = reader.Text(); break;
                case 5:
                    var attribute = ReadAttribute(reader.Bytes(), depth);
                    attributes.Add(attribute.Name, attribute);
                    break;
                case 7: domain = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        return new(domain is "" or "ai.onnx" ? name : $"{domain}.{name}", inputs, outputs, attributes);
    }

    static OnnxAttribute ReadAttribute(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new ProtoReader(bytes);
        var attribute = new OnnxAttribute();
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: attribute = attribute with { Name = reader.Text() }; break;
                case 2: attribute.Floats.Add(reader.Single()); break;
                case 3: attribute.Integers.Add(reader.Integer()); break;
                case 4: attribute.Texts.Add(reader.Text()); break;
                case 5: attribute = attribute with { Tensor = OnnxTensor.Read(reader.Bytes()) }; break;
                case 6: attribute = attribute with { Graph = ReadGraph(reader.Bytes(), depth - 1) }; break;
                case 7:
                    attribute.Floats.AddRange(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(reader.Fixed()));
                    break;
                case 8: reader.Integers(attribute.Integers); break;
                case 9: attribute.Texts.Add(reader.Text()); break;
                default: reader.Skip(); break;
            }
        }

        return attribute;
    }

    static OnnxValue ReadValue(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        var value = new OnnxValue("", 0, false);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: value = value with { Name = reader.Text() }; break;
                case 2: value = Typed(value, reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        return value;
    }

    // TypeProto: a tensor is field 1; sequences, maps and optionals are others.
    static OnnxValue Typed(OnnxValue value, ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        while (reader.Next(out var field))
        {
            if (field != 1)
            {
                reader.Skip();
                continue;
            }

            var tensor = new ProtoReader(reader.Bytes());
            while (tensor.Next(out var part))
            {
                if (part == 1)
                {
                    value = value with { Element = checked((int)tensor.Integer()), IsTensor = true };
                }
                else
                {
                    tensor.Skip();
                }
            }
        }

        return value;
    }
}

/// <summary>A graph: nodes in an order in which they can be computed.</summary>
internal sealed class OnnxGraph
{
    internal List<OnnxNode> Nodes { get; } = [];
    internal Dictionary<string, OnnxTensor> Initializers { get; } = [];
    internal List<OnnxValue> Inputs { get; } = [];
    internal List<OnnxValue> Outputs { get; } = [];

    /// <summary>The operators of all nodes, those of inner graphs too.</summary>
    internal IEnumerable<string> Operators => Nodes.SelectMany(node => (IEnumerable<string>)[node.Operator,
        .. node.Attributes.Values.SelectMany(attribute => attribute.Graph?.Operators ?? [])]);
}

/// <summary>A node; an operator of another domain than ONNX's own carries it in its name.</summary>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes);

/// <summary>An attribute: one value, or a list of one kind.</summary>
internal sealed record OnnxAttribute
{
    internal string Name { get; init; } = "";
    internal List<long> Integers { get; } = [];
    internal List<float> Floats { get; } = [];
    internal List<string> Texts { get; } = [];
    internal OnnxTensor? Tensor { get; init; }
    internal OnnxGraph? Graph { get; init; }
}

/// <summary>An input or output of a graph; the element type as ONNX counts them.</summary>
internal sealed record OnnxValue(string Name, int Element, bool IsTensor);
