using Xunit;

namespace Fovea.Tests.Onnx;

/// <summary>
/// ONNX's own tests of its operators, one folder each with a model and what goes in and comes out: FOVEA_ONNX_TESTDATA, or where Debian's
/// libonnx-testdata puts them.
/// </summary>
internal static class OnnxCases
{
    internal const string Variable = "FOVEA_ONNX_TESTDATA";
    const string Installed = "/usr/share/libonnx-testdata/data";

    static string Root => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root ? root : Installed;

    /// <summary>Why the data is not there; null where it is.</summary>
    internal static string? Absent => Directory.Exists(Path.Combine(Root, "node")) ? null
        : $"{Path.Combine(Root, "node")} does not exist: install libonnx-testdata (Debian), or set {Variable} to a folder that holds node";

    /// <summary>The names of the tests of operators; none where the data is not there.</summary>
    internal static IReadOnlyList<string> Names => Absent is not null ? [] :
    [
        .. Directory.EnumerateDirectories(Path.Combine(Root, "node")).Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal),
    ];

    internal static string PathOf(string name) => Path.Combine(Root, "node", name);

    internal static OnnxModel Model(string name) => OnnxModel.Read(Path.Combine(PathOf(name), "model.onnx"));

    /// <summary>
    /// Why the test is not run; null where it is. What neither the operators nor the reasons know is missing in both: a fault.
    /// </summary>
    internal static string? Reason(string name)
    {
        if (OnnxOperators.Tests.TryGetValue(name, out var reason))
        {
            return reason;
        }

        var missing = Model(name).Graph.Operators.FirstOrDefault(op => !OnnxOperators.All.ContainsKey(op));
        return missing is null ? null
            : OnnxOperators.Reasons.TryGetValue(missing, out var why) ? $"{missing}: {why}"
            : throw new InvalidOperationException($"{name}: {missing} has neither a line in OnnxOperators nor a reason.");
    }

    /// <summary>The outputs of a test's model for its inputs, beside those that the files hold.</summary>
    internal static IEnumerable<(string Name, Tensor Actual, TestValue Expected)> Run(string name)
    {
        var model = Model(name);
        var folder = Path.Combine(PathOf(name), "test_data_set_0");
        Tensor[] inputs =
            [.. model.Graph.Inputs.Select((value, i) => OnnxTensor.Read(Path.Combine(folder, $"input_{i}.pb"), value).ToTensor())];
        TestValue[] expected =
            [.. model.Graph.Outputs.Select((value, i) => OnnxTensor.Read(Path.Combine(folder, $"output_{i}.pb"), value).Value)];
        var outputs = new OnnxRun(model.Opset).Run(model.Graph, inputs);
        return outputs.Select((output, i) => (model.Graph.Outputs[i].Name, output, expected[i]));
    }

    /// <summary>Compares numbers: the same NaN and infinities, integers exactly, the rest relative to the largest.</summary>
    internal static void Close(string name, Tensor actual, TestValue expected, double tolerance)
    {
        Assert.Equal(expected.Element, actual.ElementType);
        Assert.Equal(expected.Sizes, actual.Shape.ToDims());
        double[] values = OnnxCall.Numbers(actual), wanted = expected.Numbers();
        var scale = wanted.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (var i = 0; i < wanted.Length; i++)
        {
            Assert.True(values[i].Equals(wanted[i]) || values[i] == wanted[i] || Math.Abs(values[i] - wanted[i]) <= tolerance * scale,
                $"{name}[{i}]: {values[i]:R} instead of {wanted[i]:R} (largest {scale:R})");
        }
    }
}
