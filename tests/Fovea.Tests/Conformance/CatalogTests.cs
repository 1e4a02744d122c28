using Fovea.Cpu;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Conformance;

/// <summary>
/// Nothing escapes the suite: every operator is in the catalog, every kernel computes a sample, every check finds something to check.
/// </summary>
public sealed class CatalogTests
{
    // Steps that plans make of operators: no program holds them, so they have no line in the catalog.
    static readonly Dictionary<Type, string> MadeByPlans = new()
    {
        [typeof(Relayout)] = "plans move values with it; VectorKernelTests hold its kernels to each other",
        [typeof(FusedElementwise)] = "plans make it of chains; FusedChainTests hold it to the chain",
    };

    // Operators of which no sample has entries of a batch that stand alone.
    static readonly Dictionary<string, string> WithoutBatch = new()
    {
        ["BatchNormalizationGradient"] = "statistics of the batch",
        ["BatchNormalizationTraining"] = "statistics of the batch",
        ["BroadcastTo"] = "its sizes are attributes",
        ["CoalesceRows"] = "it joins rows of the whole batch",
        ["ConvolutionWeightGradient"] = "it sums over the batch",
        ["If"] = "its bodies are traced with their sizes",
        ["Iota"] = "it has no input",
        ["LocallyConnectedWeightGradient"] = "it sums over the batch",
        ["Loop"] = "its bodies are traced with their sizes",
        ["RandomBernoulli"] = "its sizes are attributes",
        ["RandomNormal"] = "its sizes are attributes",
        ["RandomUniform"] = "its sizes are attributes",
        ["Reshape"] = "its sizes are attributes",
        ["RoiAlignGradient"] = "a box adds to whichever image it names",
        ["Scan"] = "its bodies are traced with their sizes",
        ["ScatterRows"] = "rows are named by their index",
        ["ScatterRowsGradient"] = "a later position may be the same",
        ["SizeOf"] = "it has no input",
    };

    // Operators of any number of inputs.
    static readonly string[] TakesAny = ["Concat"];

    static readonly Type[] Defined = [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract)];

    [Fact]
    public void Every_operator_is_in_the_catalog() => Findings.None("An operator is missing in OpCatalog:",
        Defined.Except(OpCatalog.All.Select(op => op.GetType())).Except(MadeByPlans.Keys).Select(t => t.FullName!));

    [Fact]
    public void Exceptions_are_still_needed() =>
        Assert.Empty(MadeByPlans.Keys.Intersect(OpCatalog.All.Select(op => op.GetType())));

    [Fact]
    public void Names_are_unique_and_every_operator_has_samples()
    {
        Assert.Distinct(OpCatalog.All.Select(op => op.Name));
        Findings.None("An operator without samples:", OpCatalog.All.Where(op => !op.Samples().Any()).Select(op => op.Name));
    }

    [Fact]
    public void Every_operator_can_be_computed() => Findings.None("An operator that nothing computes:",
        from op in OpCatalog.All
        where CpuKernels.For(op).Count == 0 && !op.HasEvaluate && !op.Reinterprets
        select op.Name);

    [Fact]
    public void Every_operator_with_kernels_has_a_reference_kernel_which_is_last() => Findings.None("No reference kernel at the end:",
        from op in OpCatalog.All
        let kernels = CpuKernels.For(op)
        where kernels.Count > 0 && !kernels[^1].Name.EndsWith(".naive", StringComparison.Ordinal)
        select op.Name);

    [Fact]
    public void Every_kernel_that_this_processor_has_computes_a_sample()
    {
        var used = new HashSet<Kernel>();
        foreach (var sample in OpCatalog.All.SelectMany(op => op.Samples()))
        {
            var outputs = sample.Op.Infer(Inputs.Of(sample.Op, [.. sample.Inputs.Select(i => i.Type)]));
            var open = new KernelCase([.. sample.Inputs.Select(i => Bound(i.Type))], [.. outputs.Select(Bound)]);
            used.UnionWith(CpuKernels.For(sample.Op).Where(k => k.Supports(sample.Op, open)));
        }

        Findings.None("A kernel that no sample reaches:",
            from kernel in CpuKernels.All
            where kernel.OpType.Assembly == typeof(Op).Assembly && !MadeByPlans.ContainsKey(kernel.OpType) && !used.Contains(kernel)
                && !NeedsOtherProcessor(kernel.Name)
            select kernel.Name);

        static BoundType Bound(TensorType type) => new(type.Element, type.Shape.ToDims(), Layout.RowMajor);
    }

    static bool NeedsOtherProcessor(string kernel) =>
        !System.Runtime.Intrinsics.X86.Avx512F.IsSupported
            && (kernel.EndsWith(".v512", StringComparison.Ordinal) || kernel.Contains("avx512"))
        || !System.Runtime.Intrinsics.X86.Fma.IsSupported
            && (kernel.EndsWith(".v256", StringComparison.Ordinal) || kernel.Contains("avx2"));

    [Fact]
    public void One_input_too_many_or_too_few_is_refused() => Findings.None("An operator takes a number of inputs that it cannot use:",
        OpCatalog.All.SelectMany(InputCountsThatAreTaken));

    /// <summary>Numbers of inputs that no sample has and the operator takes all the same: samples have every one meant.</summary>
    internal static IEnumerable<string> InputCountsThatAreTaken(Op op)
    {
        Sample[] samples = [.. op.Samples()];
        int[] meant = [.. samples.Select(s => s.Inputs.Count).Distinct()];
        foreach (var sample in samples.DistinctBy(s => s.Inputs.Count))
        {
            TensorType[] types = [.. sample.Inputs.Select(i => i.Type)];
            TensorType[][] others = [[.. types, types.Length > 0 ? types[^1] : TensorType.Float([1])], [.. types.SkipLast(1)]];
            foreach (var other in others.Where(o => !meant.Contains(o.Length) && !TakesAny.Contains(op.Name)))
            {
                var refused = Record.Exception(() => sample.Op.Infer(Inputs.Of(sample.Op, other)));
                if (refused is not ShapeMismatchException)
                {
                    yield return $"{op.Name}, {other.Length} inputs: {refused?.GetType().Name ?? "taken"}";
                }
            }
        }
    }

    [Fact]
    public void Batches_are_checked_wherever_there_are_any()
    {
        var without = new List<string>();
        foreach (var op in OpCatalog.All)
        {
            var log = new ConformanceLog(op.Name);
            foreach (var (sample, index) in op.Samples().Select((s, i) => (s, i)))
            {
                new ConformanceCase(log, op, sample, index).Try(ConformanceCheck.Batch, ConformanceBatches.Batch);
            }

            if (log.Counts.GetValueOrDefault(ConformanceCheck.Batch) == 0)
            {
                without.Add(op.Name);
            }
        }

        Assert.Equal(WithoutBatch.Keys.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }
}
