using System.Reflection;
using Fovea.Graphs;
using Fovea.Tests.Architecture;
using Fovea.Tests.Conformance;
using Fovea.Tests.Golden;
using Fovea.Tests.Onnx;
using Xunit;

namespace Fovea.Tests.Mutations;

/// <summary>Something that a mutant must make fail: one sample, one vector, one test.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Run">Throws where something is wrong.</param>
internal sealed record Trial(string Name, Action Run)
{
    // Cheap and telling checks first: most mutants meet their end early.
    static readonly (ConformanceCheck Check, Action<ConformanceCase> Body)[] Checks =
    [
        (ConformanceCheck.Attributes, ConformanceShapes.Attributes),
        (ConformanceCheck.Shapes, ConformanceShapes.Shapes),
        (ConformanceCheck.Kernels, ConformanceKernels.Kernels),
        (ConformanceCheck.Cost, ConformanceProbes.Cost),
        (ConformanceCheck.Symbols, ConformanceShapes.Symbols),
        (ConformanceCheck.Field, ConformanceProbes.Field),
        (ConformanceCheck.Gradient, ConformanceGradients.First),
        (ConformanceCheck.NotFinite, ConformanceKernels.NotFinite),
        (ConformanceCheck.ElementTypes, ConformanceKernels.ElementTypes),
        (ConformanceCheck.Recipes, ConformanceKernels.Recipes),
        (ConformanceCheck.Batch, ConformanceBatches.Batch),
        (ConformanceCheck.Pieces, ConformanceBatches.Pieces),
        (ConformanceCheck.SecondGradient, ConformanceGradients.Second),
        (ConformanceCheck.Threads, ConformanceBatches.Threads),
    ];

    /// <summary>An operator's samples, each through all checks of the conformance suite.</summary>
    internal static IEnumerable<Trial> Samples(Op prototype) => prototype.Samples().Select((sample, index) =>
        new Trial($"{prototype.Name}, sample {index}", () =>
        {
            var log = new ConformanceLog(prototype.Name);
            var @case = new ConformanceCase(log, prototype, sample, index);
            foreach (var (check, body) in Checks)
            {
                if (!@case.Try(check, body))
                {
                    throw new InvalidOperationException(log.Faults[0]);
                }
            }
        }));

    /// <summary>Inputs that an operator must refuse.</summary>
    internal static Trial Refusals(Op prototype) => new($"{prototype.Name}, what it refuses", () => Findings.None("faults:",
        [.. CatalogTests.InputCountsThatAreTaken(prototype), .. RefusalTests.Faults(prototype), .. RefusalTests.Unequal(prototype)]));

    /// <summary>PyTorch's vectors.</summary>
    internal static IEnumerable<Trial> Golden() =>
        from family in GoldenCase.Families
        from golden in GoldenCase.Read(family)
        where GoldenOperators.All.ContainsKey(golden.Operator)
        select new Trial($"{family}, {golden.Name}", () => GoldenOperatorTests.Check(golden));

    /// <summary>ONNX's vectors.</summary>
    internal static IEnumerable<Trial> Onnx() =>
        OnnxCases.Names.Where(name => OnnxCases.Reason(name) is null).Select(name => new Trial(name, () => OnnxOperatorTests.Check(name)));

    /// <summary>The tests of a namespace that need nothing but themselves: what is refused, and what the samples cannot say.</summary>
    internal static IEnumerable<Trial> Tests(string @namespace, string? only = null) =>
        from type in typeof(Trial).Assembly.GetTypes()
        where type.Namespace == @namespace && (only is null || type.Name == only) && type.GetConstructor([]) is not null
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void) && method.GetCustomAttribute<FactAttribute>() is not null
        from arguments in Rows(method)
        select new Trial($"{type.Name}.{method.Name}({string.Join(", ", arguments)})", () =>
        {
            try
            {
                method.Invoke(method.IsStatic ? null : Activator.CreateInstance(type), arguments);
            }
            catch (TargetInvocationException e) when (e.InnerException is not null)
            {
                throw e.InnerException;
            }
        });

    static IEnumerable<object?[]> Rows(MethodInfo method)
    {
        if (method.GetParameters().Length == 0)
        {
            return [[]];
        }

        return method.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data!)
            .Concat(method.GetCustomAttributes<MemberDataAttribute>().Where(m => m.Arguments.Length == 0)
                .SelectMany(m => Members(method, m)));
    }

    static IEnumerable<object?[]> Members(MethodInfo method, MemberDataAttribute member)
    {
        var rows = method.DeclaringType!.GetProperty(member.MemberName, BindingFlags.Static | BindingFlags.Public)?.GetValue(null);
        return rows is System.Collections.IEnumerable list
            ? list.Cast<object>().Select(row => row is ITheoryDataRow data ? data.GetData() : (object?[])row) : [];
    }
}
