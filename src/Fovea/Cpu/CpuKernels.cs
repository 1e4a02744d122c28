using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu;

/// <summary>
/// The one ordered list of kernels: production takes the first that supports a case, tests and benchmarks take all.
/// <c>FOVEA_KERNEL=a,b.c</c> forces names or dotted prefixes, in any case; a name that fits no case of an operator leaves it alone.
/// </summary>
public static class CpuKernels
{
    // Fastest first within an operator; the naive kernel is last.
    static readonly Kernel[] BuiltIn =
    [
        .. Kernels.AdadeltaUpdate.Vector.All,
        new Kernels.AdadeltaUpdate.Naive(),
        .. Kernels.AdamUpdate.Vector.All,
        new Kernels.AdamUpdate.Naive(),
        .. Kernels.ArgExtreme.Vector.Of<Ops.ArgMax>(),
        new Kernels.ArgExtreme.Naive<Ops.ArgMax>(),
        .. Kernels.ArgExtreme.Vector.Of<Ops.ArgMin>(),
        new Kernels.ArgExtreme.Naive<Ops.ArgMin>(),
        .. Kernels.AdaptiveAveragePool.Vector.All,
        new Kernels.AdaptiveAveragePool.Naive(),
        .. Kernels.AdaptiveAveragePoolGradient.Vector.All,
        new Kernels.AdaptiveAveragePoolGradient.Naive(),
        .. Kernels.AdaptiveMaxPool.Vector.All,
        new Kernels.AdaptiveMaxPool.Naive(),
        .. Kernels.AveragePool.Vector.All,
        new Kernels.AveragePool.Naive(),
        .. Kernels.AveragePoolGradient.Vector.All,
        new Kernels.AveragePoolGradient.Naive(),
        .. Kernels.BatchNormalization.Vector.All,
        new Kernels.BatchNormalization.Naive(),
        .. Kernels.BatchNormalizationGradient.Vector.All,
        new Kernels.BatchNormalizationGradient.Naive(),
        .. Kernels.BatchNormalizationTraining.Vector.All,
        new Kernels.BatchNormalizationTraining.Naive(),
        .. Kernels.Binary.Vector.All,
        new Kernels.Binary.Scalars(),
        new Kernels.Binary.Naive(),
        .. Kernels.BroadcastTo.Vector.All,
        new Kernels.BroadcastTo.Naive(),
        .. Kernels.Cast.Vector.All,
        new Kernels.Cast.Naive(),
        .. Kernels.CoalesceRows.Vector.All,
        new Kernels.CoalesceRows.Naive(),
        new Kernels.Concat.Boxes(),
        new Kernels.Concat.Naive(),
        new Kernels.Convolution.Channelwise<V512>(),
        new Kernels.Convolution.Channelwise<V256>(),
        new Kernels.Convolution.Channelwise<V128>(),
        new Kernels.Convolution.FewChannels<Avx512MicroKernel>(),
        new Kernels.Convolution.Direct<Avx512MicroKernel>(),
        new Kernels.Convolution.FewChannels<Avx2MicroKernel>(),
        new Kernels.Convolution.Direct<Avx2MicroKernel>(),
        new Kernels.Convolution.FewChannels<PortableMicroKernel>(),
        new Kernels.Convolution.Direct<PortableMicroKernel>(),
        new Kernels.Convolution.Im2Col<Avx512MicroKernel>(),
        new Kernels.Convolution.Im2Col<Avx2MicroKernel>(),
        new Kernels.Convolution.Im2Col<PortableMicroKernel>(),
        new Kernels.Convolution.Naive(),
        new Kernels.ConvolutionWeightGradient.Channelwise<V512>(),
        new Kernels.ConvolutionWeightGradient.Channelwise<V256>(),
        new Kernels.ConvolutionWeightGradient.Channelwise<V128>(),
        new Kernels.ConvolutionWeightGradient.Direct<Avx512OuterProduct>(),
        new Kernels.ConvolutionWeightGradient.Direct<Avx2OuterProduct>(),
        new Kernels.ConvolutionWeightGradient.Direct<PortableOuterProduct>(),
        new Kernels.ConvolutionWeightGradient.Naive(),
        .. Kernels.CrfLogLikelihood.Vector.All,
        new Kernels.CrfLogLikelihood.Naive(),
        .. Kernels.CrfLogLikelihoodGradient.Vector.All,
        new Kernels.CrfLogLikelihoodGradient.Naive(),
        .. Kernels.CrossEntropy.Vector.All,
        new Kernels.CrossEntropy.Naive(),
        .. Kernels.CrossEntropyGradient.Vector.All,
        new Kernels.CrossEntropyGradient.Naive(),
        .. Kernels.CtcLoss.Vector.All,
        new Kernels.CtcLoss.Naive(),
        .. Kernels.CtcLossGradient.Vector.All,
        new Kernels.CtcLossGradient.Naive(),
        .. Kernels.Viterbi.Vector.All,
        new Kernels.Viterbi.Naive(),
        new Kernels.DeformableUnfold.Blocks(),
        new Kernels.DeformableUnfold.Naive(),
        new Kernels.DeformableUnfoldGradient.Blocks(),
        new Kernels.DeformableUnfoldGradient.Naive(),
        .. Kernels.Fold.Vector.All,
        new Kernels.Fold.Naive(),
        .. Kernels.Cumulative.Vector.Of<Ops.CumulativeProduct>(),
        new Kernels.Cumulative.Naive<Ops.CumulativeProduct>(),
        .. Kernels.Cumulative.Vector.Of<Ops.CumulativeSum>(),
        new Kernels.Cumulative.Naive<Ops.CumulativeSum>(),
        new Kernels.DepthToSpace.Boxes(),
        new Kernels.DepthToSpace.Naive(),
        new Kernels.DistinctIndices.Marks(),
        new Kernels.DistinctIndices.Naive(),
        .. Kernels.FusedElementwise.Vector.All,
        new Kernels.Gather.Rows(),
        new Kernels.Gather.Naive(),
        new Kernels.GatherElements.Lines(),
        new Kernels.GatherElements.Naive(),
        .. Kernels.GatherGradient.Vector.All,
        new Kernels.GatherGradient.Naive(),
        .. Kernels.GroupNormalization.Vector.All,
        new Kernels.GroupNormalization.Naive(),
        .. Kernels.GroupNormalizationGradient.Vector.All,
        new Kernels.GroupNormalizationGradient.Naive(),
        .. Kernels.LayerNormalization.Vector.All,
        new Kernels.LayerNormalization.Naive(),
        .. Kernels.LayerNormalizationGradient.Vector.All,
        new Kernels.LayerNormalizationGradient.Naive(),
        new Kernels.Gru.Direct<Avx512MicroKernel, V512>(),
        new Kernels.Gru.Direct<Avx2MicroKernel, V256>(),
        new Kernels.Gru.Direct<PortableMicroKernel, V128>(),
        new Kernels.Gru.Naive(),
        new Kernels.GruGradient.Direct<Avx512MicroKernel, V512>(),
        new Kernels.GruGradient.Direct<Avx2MicroKernel, V256>(),
        new Kernels.GruGradient.Direct<PortableMicroKernel, V128>(),
        new Kernels.GruGradient.Naive(),
        .. Kernels.GridSample.Vector.All,
        new Kernels.GridSample.Naive(),
        .. Kernels.GridSampleGradient.Vector.All,
        new Kernels.GridSampleGradient.Naive(),
        .. Kernels.KMaxPool.OverTime.All,
        .. Kernels.KMaxPool.Rows.All,
        new Kernels.KMaxPool.Naive(),
        new Kernels.If.Shared(),
        new Kernels.If.Naive(),
        new Kernels.Linear.Direct<Avx512MicroKernel>(),
        new Kernels.Linear.Direct<Avx2MicroKernel>(),
        new Kernels.Linear.Direct<PortableMicroKernel>(),
        new Kernels.Linear.Naive(),
        .. Kernels.LocalResponseNormalization.Vector.All,
        new Kernels.LocalResponseNormalization.Naive(),
        .. Kernels.LocalResponseNormalizationGradient.Vector.All,
        new Kernels.LocalResponseNormalizationGradient.Naive(),
        .. Kernels.LocallyConnected.Vector.All,
        new Kernels.LocallyConnected.Naive(),
        .. Kernels.LocallyConnectedInputGradient.Vector.All,
        new Kernels.LocallyConnectedInputGradient.Naive(),
        .. Kernels.LocallyConnectedWeightGradient.Vector.All,
        new Kernels.LocallyConnectedWeightGradient.Naive(),
        .. Kernels.LinearRecurrence.Vector.All,
        new Kernels.LinearRecurrence.Naive(),
        .. Kernels.LogSoftmax.Vector.All,
        new Kernels.LogSoftmax.Naive(),
        new Kernels.Loop.Shared(),
        new Kernels.Loop.Naive(),
        new Kernels.Lstm.Direct<Avx512MicroKernel, V512>(),
        new Kernels.Lstm.Direct<Avx2MicroKernel, V256>(),
        new Kernels.Lstm.Direct<PortableMicroKernel, V128>(),
        new Kernels.Lstm.Naive(),
        new Kernels.LstmGradient.Direct<Avx512MicroKernel, V512>(),
        new Kernels.LstmGradient.Direct<Avx2MicroKernel, V256>(),
        new Kernels.LstmGradient.Direct<PortableMicroKernel, V128>(),
        new Kernels.LstmGradient.Naive(),
        .. Kernels.LogSumExp.Vector.All,
        new Kernels.LogSumExp.Naive(),
        .. Kernels.LpPool.Vector.All,
        new Kernels.LpPool.Naive(),
        .. Kernels.LpPoolGradient.Vector.All,
        new Kernels.LpPoolGradient.Naive(),
        .. Kernels.MatMul.Small.All,
        new Kernels.MatMul.Direct<Avx512MicroKernel>(),
        new Kernels.MatMul.Direct<Avx2MicroKernel>(),
        new Kernels.MatMul.Direct<PortableMicroKernel>(),
        new Kernels.MatMul.Naive(),
        .. Kernels.MaxPool.Vector.All,
        new Kernels.MaxPool.Naive(),
        new Kernels.MaxPoolGather.Places(),
        new Kernels.MaxPoolGather.Naive(),
        .. Kernels.MaxPoolGradient.Vector.All,
        new Kernels.MaxPoolGradient.Naive(),
        new Kernels.OneHot.Naive(),
        new Kernels.Pad.Boxes(),
        new Kernels.Pad.Naive(),
        .. Kernels.PadGradient.Vector.All,
        new Kernels.PadGradient.Naive(),
        new Kernels.RandomBernoulli.Vectorized(),
        new Kernels.RandomBernoulli.Naive(),
        new Kernels.RandomNormal.Vectorized(),
        new Kernels.RandomNormal.Naive(),
        new Kernels.RandomUniform.Vectorized(),
        new Kernels.RandomUniform.Naive(),
        new Kernels.RavelIndex.Naive(),
        .. Kernels.Reduce.Vector.All,
        new Kernels.Reduce.Naive(),
        new Kernels.Relayout.Boxes(),
        new Kernels.Relayout.Naive(),
        .. Kernels.RmsNormalization.Vector.All,
        new Kernels.RmsNormalization.Naive(),
        .. Kernels.RmsNormalizationGradient.Vector.All,
        new Kernels.RmsNormalizationGradient.Naive(),
        new Kernels.ScatterElements.Lines(),
        new Kernels.ScatterElements.Naive(),
        new Kernels.ScatterRows.Rows(),
        new Kernels.ScatterRows.Naive(),
        new Kernels.ScatterRowsGradient.Naive(),
        .. Kernels.Resize.Vector.All,
        new Kernels.Resize.Naive(),
        .. Kernels.ResizeGradient.Vector.All,
        new Kernels.ResizeGradient.Naive(),
        .. Kernels.RoiAlign.Vector.All,
        new Kernels.RoiAlign.Naive(),
        .. Kernels.RoiAlignGradient.Vector.All,
        new Kernels.RoiAlignGradient.Naive(),
        new Kernels.Scan.Shared(),
        new Kernels.Scan.Naive(),
        .. Kernels.RmsPropUpdate.Vector.All,
        new Kernels.RmsPropUpdate.Naive(),
        .. Kernels.Select.Vector.All,
        new Kernels.Select.Naive(),
        .. Kernels.SgdUpdate.Vector.All,
        new Kernels.SgdUpdate.Naive(),
        new Kernels.Slice.Boxes(),
        new Kernels.Slice.Naive(),
        new Kernels.SliceGradient.Boxes(),
        new Kernels.SliceGradient.Naive(),
        .. Kernels.Softmax.Vector.All,
        new Kernels.SpaceToDepth.Boxes(),
        new Kernels.SpaceToDepth.Naive(),
        new Kernels.Softmax.Naive(),
        .. Kernels.TopK.Keys.All,
        new Kernels.TopK.Naive(),
        .. Kernels.StochasticPool.Vector.All,
        new Kernels.StochasticPool.Naive(),
        new Kernels.Transpose.Boxes(),
        new Kernels.Transpose.Naive(),
        new Kernels.TransposedConvolution.Channelwise<V512>(),
        new Kernels.TransposedConvolution.Channelwise<V256>(),
        new Kernels.TransposedConvolution.Channelwise<V128>(),
        new Kernels.TransposedConvolution.Direct<Avx512MicroKernel>(),
        new Kernels.TransposedConvolution.Direct<Avx2MicroKernel>(),
        new Kernels.TransposedConvolution.Direct<PortableMicroKernel>(),
        new Kernels.TransposedConvolution.Naive(),
        .. Kernels.Unary.Vector.All,
        new Kernels.Unary.Naive(),
        new Kernels.Unfold.Rows(),
        new Kernels.Unfold.Naive(),
    ];

    static readonly string[] Forced = (Environment.GetEnvironmentVariable("FOVEA_KERNEL") ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static volatile Dictionary<Type, Kernel[]> _byOp = Index(BuiltIn);

    /// <summary>Every kernel, built-in and added.</summary>
    public static IEnumerable<Kernel> All => _byOp.Values.SelectMany(k => k);

    /// <summary>The kernels of an operator, in order.</summary>
    public static IReadOnlyList<Kernel> For(Op op) => _byOp.TryGetValue(op.GetType(), out var kernels) ? kernels : [];

    /// <summary>Puts a kernel before all others of its operator.</summary>
    public static void Add(Kernel kernel)
    {
        lock (Forced) _byOp = Index([kernel, .. All]);
    }

    /// <summary>The first kernel that supports the case (a forced one before all others), or null.</summary>
    public static Kernel? Choose(Op op, KernelCase @case) => Choose(op, @case, Forced);

    /// <summary>The choice where the names are forced that <c>FOVEA_KERNEL</c> lists.</summary>
    internal static Kernel? Choose(Op op, KernelCase @case, string[] forced)
    {
        Kernel? first = null;
        foreach (var kernel in For(op))
        {
            if (!kernel.Supports(op, @case)) continue;
            if (forced.Length == 0) return kernel;
            first ??= kernel;
            if (Array.Exists(forced, f => Matches(kernel.Name, f))) return kernel;
        }
        return first;
    }

    static bool Matches(string name, string forced) =>
        name.StartsWith(forced, StringComparison.OrdinalIgnoreCase) && (name.Length == forced.Length || name[forced.Length] == '.');

    static Dictionary<Type, Kernel[]> Index(IEnumerable<Kernel> kernels) =>
        kernels.GroupBy(k => k.OpType).ToDictionary(g => g.Key, g => g.ToArray());
}
