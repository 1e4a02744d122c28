using Fovea.Ops;
using Fovea.Tests.Architecture;

namespace Fovea.Tests.Mutations;

/// <summary>Which files belong together, and whose samples are to kill their mutants.</summary>
internal static class MutationGroups
{
    // Widths and micro-kernels are held bit for bit to references of their own (Cpu tests); mathematical functions to an error bound.
    static readonly string[] Elsewhere =
    [
        "Cpu/Simd/IVec.cs", "Cpu/Simd/SimdWidth.cs", "Cpu/Simd/V1.cs", "Cpu/Simd/V128.cs", "Cpu/Simd/V256.cs", "Cpu/Simd/V512.cs",
        "Cpu/Simd/VMath.cs", "Cpu/Simd/VMath.Hyperbolic.cs", "Cpu/Simd/VMath.Power.cs", "Cpu/Simd/VMath.Trigonometric.cs",
        "Cpu/Kernels/MicroKernels/", "Ops/OpCatalog.cs", "Cpu/Kernels/FusedElementwise/", "Cpu/Kernels/Relayout/", "Cpu/Simd/FusedChain.cs",
        "Cpu/Simd/FunctionCodes.cs",
    ];

    const string Root = "src/Fovea/";

    /// <summary>Every file that is mutated.</summary>
    internal static IReadOnlyList<string> Files { get; } =
    [
        .. Repository.Files(["src/Fovea/Ops", "src/Fovea/Cpu/Kernels", "src/Fovea/Cpu/Simd"], ".cs")
            .Where(file => !file.EndsWith("Samples.cs", StringComparison.Ordinal)
                && !Elsewhere.Any(e => file.StartsWith(Root + e, StringComparison.Ordinal))),
    ];

    /// <summary>The names of the groups: a record of an operator with its kernels, or a file that several share.</summary>
    internal static IEnumerable<string> Names => Files.Select(GroupOf).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The group that a file belongs to: the operator whose folder or file it is, or itself.</summary>
    internal static string GroupOf(string file)
    {
        var parts = file.Split('/');
        if (file.StartsWith("src/Fovea/Cpu/Kernels/", StringComparison.Ordinal) && parts.Length == 6)
        {
            return parts[4];
        }

        var stem = Path.GetFileNameWithoutExtension(file);
        return OpTypes.Contains(stem) && parts[2] == "Ops" ? stem : $"{parts[^2]}/{stem}";
    }

    /// <summary>The operators whose samples are tried; none are all.</summary>
    internal static string[] Operators(string group)
    {
        // A gradient's samples reach what it shares with its operator, and the other way round.
        string[] named = [.. OpCatalog.All.Where(op => Related(op.GetType().Name, group)).Select(op => op.Name)];
        return named;
    }

    static bool Related(string op, string group) => op == group || op == group + "Gradient" || group == op + "Gradient"
        || op == group + "WeightGradient" || group == op + "WeightGradient" || op == group + "Training" || group == op + "Training"
        || (op, group) is ("Convolution", "TransposedConvolution") or ("TransposedConvolution", "Convolution");

    static readonly HashSet<string> OpTypes = [.. OpCatalog.All.Select(op => op.GetType().Name)];
}
