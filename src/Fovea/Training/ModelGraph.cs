using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Training;

/// <summary>
/// The inference graph of a model file as compact JSON: input, variables, constants, nodes, output. Nodes name operators of the catalog and
/// the numbers of the values they read (<see cref="GraphProgram"/>), which stand before them: no cycle can be written.
/// </summary>
static class ModelGraph
{
    /// <summary>How the names of tensors start that hold constants, not weights.</summary>
    public const string ConstantPrefix = "constant:";

    // Longer ones are tensors of the file.
    const int MostInlineBytes = 64;

    // A step of a body with its types, and the types that are inferred when it is applied.
    const long BytesOfStep = 512;

    const int MostTextLength = 8 << 20, MostNodes = 20_000, MostConstants = 100_000, MostDepth = 8;

    /// <summary>The text of a program, and the constants that are to be tensors of the file.</summary>
    /// <exception cref="UnsupportedOperatorException">An operator is none of the catalog.</exception>
    public static (string Text, IReadOnlyList<SafetensorsSource> Constants) Write(GraphProgram program, IReadOnlyList<Variable> variables)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var tensors = new List<SafetensorsSource>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("input");
            json.WriteString("type", program.Input.Element.ToString());
            json.WriteString("shape", program.Input.Shape.ToString());
            json.WriteEndObject();

            json.WriteStartArray("variables");
            for (int i = 0; i < variables.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("name", program.Variables[i]);
                if (!variables[i].IsTrainable) json.WriteBoolean("state", true);
                json.WriteEndObject();
            }
            json.WriteEndArray();

            json.WriteStartArray("constants");
            for (int i = 0; i < program.Constants.Count; i++) WriteConstant(json, program.Constants[i], i, tensors);
            json.WriteEndArray();

            json.WriteStartArray("nodes");
            foreach (var step in program.Steps) WriteNode(json, step);
            json.WriteEndArray();
            json.WriteNumber("output", program.Output);
            json.WriteEndObject();
        }
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), tensors);
    }

    static void WriteConstant(Utf8JsonWriter json, Tensor constant, int index, List<SafetensorsSource> tensors)
    {
        var storage = constant.Materialise();
        json.WriteStartObject();
        if (storage.ByteCount <= MostInlineBytes)
        {
            json.WriteString("type", constant.ElementType.ToString());
            json.WriteString("shape", constant.Shape.ToString());
            json.WriteString("bytes", Convert.ToHexStringLower(storage.Bytes));
        }
        else
        {
            string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ConstantPrefix}{index}");
            json.WriteString("tensor", name);
            tensors.Add(new(name, constant.ElementType, constant.Shape.ToDims(), stream => stream.Write(storage.Bytes)));
        }
        json.WriteEndObject();
    }

    static void WriteNode(Utf8JsonWriter json, ProgramStep step)
    {
        if (OpCatalog.Foreign(step.Op) is { } foreign)
        {
            string where = step.Scope.Length == 0 ? "" : $" \"{step.Scope}\"";
            throw new UnsupportedOperatorException($"{foreign.Name}{where} is no operator of the catalog: a model file could not be read "
                + "without its class. Save the weights alone, by module.Save(path), and load them into the same network.");
        }
        json.WriteStartObject();
        json.WriteString("op", step.Op.Name);
        if (step.Scope.Length > 0) json.WriteString("scope", step.Scope);
        var attributes = Attributes.Of(step.Op);
        if (attributes.Count > 0)
        {
            json.WriteStartObject("attributes");
            foreach (var (name, value) in attributes) json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteStartArray("inputs");
        foreach (int input in step.Inputs) json.WriteNumberValue(input);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The module of a file: every name, count, reference and shape is checked.</summary>
    /// <exception cref="ModelFormatException">The graph is damaged; the message holds path, place and reason.</exception>
    public static GraphModule Read(SafetensorsFile file, string text)
    {
        if (text.Length > MostTextLength) throw file.Error($"graph: it has {text.Length} characters; at most {MostTextLength} are allowed");
        var reader = new Reader(file);
        try
        {
            return reader.Read(text);
        }
        // A shape rule may meet attributes here that no program of ours writes: whatever it throws is the file's fault.
        catch (Exception e) when (e is not (OutOfMemoryException or IOException or ModelFormatException))
        {
            throw file.Error($"{reader.Where}: {e.Message}", e);
        }
    }

    sealed class Reader(SafetensorsFile file)
    {
        static readonly Dictionary<string, Dim> NoSizes = [];
        readonly HashSet<string> _used = new(StringComparer.Ordinal);
        string _place = "graph";
        int _index = -1;

        /// <summary>What is being read.</summary>
        public string Where => _index < 0 ? _place : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_place} {_index}");

        public GraphModule Read(string text)
        {
            file.Charge(text.Length, "the graph");
            var options = new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false };
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(text), options);
            var root = json.RootElement;
            RequireOnly(root, "input", "variables", "constants", "nodes", "output");
            var input = ReadInput(Field(root, "input"));
            var (names, variables) = ReadVariables(Field(root, "variables"));
            var constants = ReadConstants(Field(root, "constants"));
            var steps = ReadNodes(Field(root, "nodes"));
            At("graph");
            var program = new GraphProgram(input, names, constants, steps, Number(Field(root, "output")));
            foreach (var entry in file.Entries)
                if (!_used.Contains(entry.Name))
                    throw new FormatException($"the tensor \"{entry.Name}\" is neither a variable nor a constant");
            Check(program, variables);
            return new(program, variables);
        }

        TensorType ReadInput(JsonElement json)
        {
            At("graph, input");
            RequireOnly(json, "type", "shape");
            var type = new TensorType(Element(json), Shape.Parse(Text(json, "shape")));
            if (type.Element != ElementType.Float32) throw new FormatException($"inputs are Float32, not {type.Element}");
            if (type.Rank == 0) throw new FormatException("a scalar has no batch axis");
            var batch = Dim.Symbol("N");
            for (int axis = 0; axis < type.Rank; axis++)
            {
                var size = type.Shape[axis];
                // One place for the batch, so that other sizes do not depend on it.
                bool fits = size.IsKnown ? size.Value > 0 : (axis == 0) == (size == batch) && IsSymbol(size);
                if (!fits) throw new FormatException($"axis {axis} of {type.Shape} is neither a size nor a symbol; the batch is N");
            }
            return type;
        }

        static bool IsSymbol(Dim size) => size.Symbols.First() is var name && size == Dim.Symbol(name);

        (string[] Names, Variable[] Variables) ReadVariables(JsonElement json)
        {
            At("graph, variable", 0);
            string[] names = new string[json.GetArrayLength()];
            var variables = new Variable[names.Length];
            foreach (var item in json.EnumerateArray())
            {
                RequireOnly(item, "name", "state");
                string name = Text(item, "name");
                if (name.Length == 0) throw new FormatException("it has no name");
                bool state = item.TryGetProperty("state", out var flag) && flag.GetBoolean();
                names[_index] = name;
                variables[_index] = new(name, ReadTensor(name), trainable: !state);
                _index++;
            }
            return (names, variables);
        }

        Tensor[] ReadConstants(JsonElement json)
        {
            At("graph, constant", 0);
            int count = json.GetArrayLength();
            if (count > MostConstants) throw new FormatException($"there are {count} constants; at most {MostConstants} are allowed");
            var constants = new Tensor[count];
            foreach (var item in json.EnumerateArray())
            {
                constants[_index] = ReadConstant(item);
                _index++;
            }
            return constants;
        }

        Tensor ReadConstant(JsonElement json)
        {
            if (json.TryGetProperty("tensor", out _))
            {
                RequireOnly(json, "tensor");
                return ReadTensor(Text(json, "tensor"));
            }
            RequireOnly(json, "type", "shape", "bytes");
            var type = new TensorType(Element(json), Shape.Parse(Text(json, "shape")).ToDims());
            byte[] bytes = Convert.FromHexString(Text(json, "bytes"));
            if (checked(type.Shape.Count.Value * type.Element.Size()) != bytes.Length)
                throw new FormatException($"{type} has not {bytes.Length} bytes");
            if (type.Element == ElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new FormatException("a truth value is neither 0 nor 1");
            var storage = Storage.Create(type.Element, type.Shape.Count.Value);
            bytes.CopyTo(storage.Bytes);
            return new(type, storage);
        }

        Tensor ReadTensor(string name)
        {
            if (!file.TryFind(name, out var entry)) throw new FormatException($"there is no tensor \"{name}\"");
            if (!_used.Add(name)) throw new FormatException($"the tensor \"{name}\" is used twice");
            return file.ReadTensor(entry, pinned: false);
        }

        ProgramStep[] ReadNodes(JsonElement json)
        {
            At("graph, node", 0);
            int count = json.GetArrayLength();
            if (count > MostNodes) throw new FormatException($"there are {count} nodes; at most {MostNodes} are allowed");
            var steps = new ProgramStep[count];
            foreach (var item in json.EnumerateArray())
            {
                RequireOnly(item, "op", "scope", "attributes", "inputs");
                var attributes = item.TryGetProperty("attributes", out var list)
                    ? list.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString() ?? "")).ToList()
                    : [];
                // The steps of bodies, which attributes hold as text.
                foreach (var (_, value) in attributes)
                    if (value.StartsWith('{')) file.Charge(BytesOfStep * value.Count(c => c == ';'), "a body");
                var inputs = Field(item, "inputs");
                int[] numbers = new int[inputs.GetArrayLength()];
                int next = 0;
                foreach (var number in inputs.EnumerateArray()) numbers[next++] = Number(number);
                string scope = item.TryGetProperty("scope", out _) ? Text(item, "scope") : "";
                steps[_index] = new(OpCatalog.Create(Text(item, "op"), attributes), scope, numbers);
                _index++;
            }
            return steps;
        }

        /// <summary>Infers every shape again, and holds the graph to its rules.</summary>
        void Check(GraphProgram program, Variable[] variables)
        {
            At("graph, node", 0);
            var graph = Trace.Run([program.Input], Mode.Inference, x =>
            {
                var values = program.Start(x[0], Array.ConvertAll(variables, v => v.Read()));
                for (; _index < program.Steps.Count; _index++)
                {
                    foreach (int number in program.Steps[_index].Inputs) RequireValue(number, values.Count);
                    int known = values.Count;
                    program.Apply(_index, values, NoSizes, "");
                    // The number of elements must not overflow.
                    for (; known < values.Count; known++) _ = values[known].Shape.Count;
                }
                At("graph, output");
                RequireValue(program.Output, values.Count);
                return [values[program.Output]];
            });
            if (GraphSpec.FirstFault(graph) is { } fault) throw new FormatException(fault);
        }

        void RequireValue(int number, int count)
        {
            if ((uint)number >= (uint)count) throw new FormatException($"it reads value {number}; before it there are {count}");
        }

        void At(string place, int index = -1) => (_place, _index) = (place, index);

        static ElementType Element(JsonElement json) => Text(json, "type") is var text && Enum.TryParse(text, out ElementType type)
            && Enum.GetName(type) == text ? type : throw new FormatException($"\"{text}\" is no element type");

        static JsonElement Field(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) ? value : throw new FormatException($"\"{name}\" is missing");

        static int Number(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int number) ? number
            : throw new FormatException($"{json.GetRawText()} is no whole number of 32 bits");

        static string Text(JsonElement json, string name) =>
            Field(json, name).GetString() ?? throw new FormatException($"\"{name}\" is null");

        static void RequireOnly(JsonElement json, params ReadOnlySpan<string> names)
        {
            foreach (var property in json.EnumerateObject())
                if (!names.Contains(property.Name)) throw new FormatException($"the field \"{property.Name}\" is unknown");
        }
    }
}
