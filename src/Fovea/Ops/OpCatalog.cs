using System.Collections.Frozen;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>Every built-in operator by name, as a prototype that carries the defaults of its attributes.</summary>
public static class OpCatalog
{
    static readonly Op[] Prototypes =
    [
        .. UnaryTable.All.Select(row => new Unary(row.Function, row.Alpha, row.Beta)),
        .. BinaryTable.All.Select(row => new Binary(row.Function)),
        new AdadeltaUpdate(),
        new AdamUpdate(),
        new AdaptiveAveragePool([1, 1]),
        new AdaptiveAveragePoolGradient([1, 1]),
        new AdaptiveMaxPool([1, 1]),
        new AveragePool(PoolingGeometry.Unit(2)),
        new AveragePoolGradient(PoolingGeometry.Unit(2), false, [1, 1]),
        new BatchNormalization(),
        new BatchNormalizationGradient(),
        new BatchNormalizationTraining(),
        new ArgMax(0),
        new ArgMin(0),
        new BroadcastTo(Shape.Scalar),
        new Cast(ElementType.Float32),
        new Concat(0),
        new CumulativeProduct(0),
        new CumulativeSum(0),
        new Gather(),
        new GatherElements(0),
        new GatherGradient(0, 1),
        new CoalesceRows(1),
        new ScatterRows(),
        new ScatterRowsGradient(),
        new GroupNormalization(1),
        new GroupNormalizationGradient(1),
        new LayerNormalization(0),
        new LayerNormalizationGradient(0),
        new LocalResponseNormalization(1),
        new LocalResponseNormalizationGradient(1),
        new RmsNormalization(0),
        new RmsNormalizationGradient(0),
        new GridSample(new()),
        new GridSampleGradient(new(), [1, 1]),
        new OneHot(1),
        new Pad([], []),
        new PadGradient([], [], PadMode.Reflect),
        new Convolution(ConvolutionGeometry.Unit(2)),
        new ConvolutionWeightGradient(ConvolutionGeometry.Unit(2), [1, 1]),
        new CrfLogLikelihood(),
        new CrfLogLikelihoodGradient(),
        new CrossEntropy(),
        new CrossEntropyGradient(),
        new CtcLoss(),
        new CtcLossGradient(),
        new Viterbi(),
        new DeformableUnfold(ConvolutionGeometry.Unit(2), [1, 1]),
        new DeformableUnfoldGradient(ConvolutionGeometry.Unit(2), [1, 1]),
        new Fold(ConvolutionGeometry.Unit(2), [1, 1], [1, 1]),
        new Gru(),
        new GruGradient(),
        new DepthToSpace(1),
        new DistinctIndices(1),
        new KMaxPool(1),
        new If(Region.Empty, Region.Empty),
        new Linear(),
        new LocallyConnected(ConvolutionGeometry.Unit(2)),
        new LocallyConnectedInputGradient(ConvolutionGeometry.Unit(2), [1, 1]),
        new LocallyConnectedWeightGradient(ConvolutionGeometry.Unit(2), [1, 1]),
        new Iota(0),
        new LinearRecurrence(0),
        new LogSoftmax(0),
        new Loop(Region.Empty, 0, 0),
        new Lstm(),
        new LstmGradient(),
        new LogSumExp(0),
        new LpPool(PoolingGeometry.Unit(2)),
        new LpPoolGradient(PoolingGeometry.Unit(2), 2),
        new MatMul(),
        new MaxPool(PoolingGeometry.Unit(2)),
        new MaxPoolGather(),
        new MaxPoolGradient([1, 1]),
        new RandomBernoulli(0, 0, [1], 0.5f),
        new RandomNormal(0, 0, [1]),
        new RandomUniform(0, 0, [1]),
        new RavelIndex(Shape.Scalar),
        new Reduce(Reduction.Sum, []),
        new Reshape(Shape.Scalar),
        new Resize(new(), [1, 1]),
        new ResizeGradient(new(), [1, 1]),
        new RoiAlign(new([1, 1])),
        new RoiAlignGradient(new([1, 1]), 1, [1, 1]),
        new RmsPropUpdate(),
        new SgdUpdate(),
        new ScatterElements(0),
        new Scan(Region.Empty, 0, 0, 0),
        new Select(),
        new SizeOf(1),
        new Softmax(0),
        new Slice(0, 0, 1),
        new SliceGradient(0, 0, 1),
        new SpaceToDepth(1),
        new StochasticPool(PoolingGeometry.Unit(2)),
        new StopGradient(),
        new TopK(0, 0),
        new Transpose([]),
        new TransposedConvolution(ConvolutionGeometry.Unit(2), [1, 1]),
        new Unfold(ConvolutionGeometry.Unit(2), [1, 1]),
    ];

    static readonly FrozenDictionary<string, Op> ByName = Prototypes.ToFrozenDictionary(op => op.Name, StringComparer.Ordinal);

    /// <summary>The prototypes.</summary>
    public static IReadOnlyList<Op> All => Prototypes;

    /// <summary>The operator itself, or the first in its bodies, that is no built-in one, whatever its name; null where all are.</summary>
    internal static Op? Foreign(Op op)
    {
        if (!ByName.TryGetValue(op.Name, out var prototype) || prototype.GetType() != op.GetType()) return op;
        if (op is not RegionOp region) return null;
        return region.Bodies.SelectMany(b => b.Body.Steps).Select(s => Foreign(s.Op)).FirstOrDefault(f => f is not null);
    }

    /// <summary>An operator from its name and the text of its attributes; those that are absent keep their defaults.</summary>
    /// <exception cref="UnsupportedOperatorException">There is no operator of that name.</exception>
    /// <exception cref="FormatException">An attribute is unknown, or its text is not of its type.</exception>
    public static Op Create(string name, IEnumerable<KeyValuePair<string, string>> attributes) =>
        ByName.TryGetValue(name, out var prototype)
        ? Attributes.Read(prototype, attributes)
        : throw new UnsupportedOperatorException($"There is no operator \"{name}\".");
}
