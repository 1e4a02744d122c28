using System.Reflection;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Tests.Documentation;

/// <summary>A function that is written with operators.</summary>
/// <param name="Example">Its outputs for some inputs.</param>
internal sealed record ComposedFunction(Func<Tensor[]> Example)
{
    /// <summary>The article's section, or empty.</summary>
    internal string Section { get; init; } = "";

    /// <summary>What it is called in the golden files.</summary>
    internal string[] Golden { get; init; } = [];

    /// <summary>What it is called in ONNX.</summary>
    internal string[] Onnx { get; init; } = [];

    /// <summary>Why no golden vector holds it.</summary>
    internal string? NoGolden { get; init; }

    /// <summary>Why no test of ONNX holds it, where ONNX has it.</summary>
    internal string? NoOnnx { get; init; }

    /// <summary>The operators of its graph.</summary>
    internal IEnumerable<string> Operators() => VectorCounts.Names(VectorCounts.Nodes(Example())).Distinct();
}

/// <summary>The functions of tensors that are no operator of the catalog.</summary>
internal static partial class ComposedFunctions
{
    /// <summary>The names of all functions of tensors that users see.</summary>
    internal static IEnumerable<string> Public =>
        typeof(TensorFunctions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(method => method.Name).Where(name => !name.StartsWith("op_", StringComparison.Ordinal)).Distinct();

    /// <summary>Those that apply one operator of the same, or nearly the same name.</summary>
    internal static IEnumerable<string> OfOperators =>
        OpCatalog.All.Select(op => op.Name).Concat(["EqualTo", "NotEqualTo", "Where", "Normal", "Uniform"]);

    static Tensor X(params int[] sizes) => TestValue.Normal(new Dims(sizes), 1).ToTensor().Watch();

    static Tensor Labels(params int[] sizes) => TestValue.Fill<long>(new Dims(sizes), i => i % 2).ToTensor();
}
