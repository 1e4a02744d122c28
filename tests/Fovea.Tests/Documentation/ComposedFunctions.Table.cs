namespace Fovea.Tests.Documentation;

internal static partial class ComposedFunctions
{
    internal static readonly Dictionary<string, ComposedFunction> All = new()
    {
        ["AlphaDropout"] = new(() => Training(() => X(2, 3).AlphaDropout(0.5f)))
        { Section = "4.5", NoGolden = "it is random: its mean and its deviation are tested" },
        ["CrfLogLikelihoods"] = new(() => [X(1, 2, 3).CrfLogLikelihoods(Labels(1, 3), Labels(1) + 2, X(2, 2), X(2), X(2))])
        { Section = "5.2", NoGolden = "PyTorch has none: every path of small cases is counted" },
        ["CtcLosses"] = new(() => [X(1, 3, 4).CtcLosses(Labels(1, 2) + 1, Labels(1) + 4, Labels(1) + 2)]) { Golden = ["ctc_loss"] },
        ["MaxNorm"] = new(() => [X(2, 3).MaxNorm(1)]) { NoGolden = "PyTorch's renorm adds 1e-7: tested by its lengths" },
        ["Rnn"] = new(() => [.. Both(X(2, 3, 4).Rnn(X(5, 4), X(5, 5)))]) { Onnx = ["RNN"], Golden = ["rnn_tanh"] },
        ["ChannelDropout"] = new(() => Training(() => X(2, 3, 4, 4).ChannelDropout(0.5f)))
        { Section = "4.5", NoGolden = "it is random: its mean and its zeros are tested" },
        ["CosineEmbeddingLosses"] = new(() => [X(2, 3).CosineEmbeddingLosses(X(2, 3), Labels(2))]) { Golden = ["cosine_embedding"] },
        ["CosineSimilarity"] = new(() => [X(2, 3).CosineSimilarity(X(2, 3))]) { Golden = ["cosine_similarity"] },
        ["CrossEntropies"] = new(() => [X(2, 3).CrossEntropies(Labels(2))]) { Golden = ["cross_entropy", "cross_entropy_weighted"] },
        ["Distance"] = new(() => [X(2, 3).Distance(X(2, 3))]) { Golden = ["triplet_margin"] },
        ["Dropout"] = new(() => Training(() => X(2, 3).Dropout(0.5f)))
        { Section = "4.5", Onnx = ["Dropout"], NoGolden = "it is random: its mean and its zeros are tested" },
        ["Filled"] = new(() => [Tensor.Filled([2, 3], 1)]) { NoGolden = "a constant" },
        ["Flatten"] = new(() => [X(2, 3, 4).Flatten()]) { Onnx = ["Flatten"], Golden = ["reshape"] },
        ["Flip"] = new(() => [X(2, 3).Flip(1)]) { Golden = ["flip"] },
        ["Full"] = new(() => [X(2, 3).Full(1)]) { NoGolden = "a constant" },
        ["GlobalAveragePool"] = new(() => [X(2, 3, 4, 4).GlobalAveragePool()])
        { Section = "3.1–3.3", Onnx = ["GlobalAveragePool"], Golden = ["mean"] },
        ["GlobalMaxPool"] = new(() => [X(2, 3, 4, 4).GlobalMaxPool()])
        { Section = "3.1–3.3", Onnx = ["GlobalMaxPool"], Golden = ["amax"] },
        ["Glu"] = new(() => [X(2, 4).Glu()]) { Golden = ["glu"] },
        ["HardTanh"] = new(() => [X(2, 3).HardTanh()]) { Golden = ["hardtanh"] },
        ["IsNaN"] = new(() => [X(2, 3).IsNaN()]) { Onnx = ["IsNaN"], NoGolden = "truth values: ONNX's test holds it" },
        ["LabelWeights"] = new(() => [X(2, 3).LabelWeights(Labels(2), X(3))]) { Golden = ["cross_entropy_weighted", "nll_loss"] },
        ["Max"] = new(() => [X(2, 3).Max(1)]) { Section = "3.1–3.3", Onnx = ["ReduceMax"], Golden = ["amax"] },
        ["Maxout"] = new(() => [X(2, 4).Maxout(2)]) { Golden = ["maxout"] },
        ["Mean"] = new(() => [X(2, 3).Mean(1)]) { Section = "3.1–3.3", Onnx = ["ReduceMean"], Golden = ["mean"] },
        ["Min"] = new(() => [X(2, 3).Min(1)]) { Onnx = ["ReduceMin"], Golden = ["amin"] },
        ["NegativeLogLikelihoods"] = new(() => [X(2, 3).NegativeLogLikelihoods(Labels(2))])
        { Onnx = ["NegativeLogLikelihoodLoss"], Golden = ["nll_loss"] },
        ["Ones"] = new(() => [Tensor.Ones(2, 3)]) { NoGolden = "a constant" },
        ["Product"] = new(() => [X(2, 3).Product(1)]) { Onnx = ["ReduceProd"], Golden = ["prod"] },
        ["Reduced"] = new(() => [X(2).Reduced()]) { Golden = ["nll_loss", "cross_entropy_weighted"] },
        ["Relu6"] = new(() => [X(2, 3).Relu6()]) { Golden = ["relu6"] },
        ["Repeat"] = new(() => [X(2, 3).Repeat(1, 2)]) { Golden = ["repeat"] },
        ["Squeeze"] = new(() => [X(2, 1).Squeeze()]) { Onnx = ["Squeeze"], Golden = ["squeeze"] },
        ["Stack"] = new(() => [Tensor.Stack(0, X(2), X(2))]) { Golden = ["stack"] },
        ["Sum"] = new(() => [X(2, 3).Sum(1)]) { Onnx = ["ReduceSum"], Golden = ["sum"] },
        ["SumTo"] = new(() => [X(2, 3).SumTo([1, 3])]) { NoGolden = "the gradient of broadcasting: in the gradients of add, mul" },
        ["Tile"] = new(() => [X(2, 3).Tile(2, 1)]) { Onnx = ["Tile"], Golden = ["tile"] },
        ["TripletLosses"] = new(() => [X(2, 3).TripletLosses(X(2, 3), X(2, 3))]) { Golden = ["triplet_margin"] },
        ["Unsqueeze"] = new(() => [X(2, 3).Unsqueeze(1)]) { Onnx = ["Unsqueeze"], Golden = ["unsqueeze"] },
        ["AdaptiveMaxPoolWithIndices"] = new(() => [.. Both(X(2, 3, 4, 4).AdaptiveMaxPoolWithIndices([2, 2]))])
        { Section = "3.4–3.6", Golden = ["adaptive_max_pool"] },
        ["AffineGrid"] = new(() => [X(2, 2, 3).AffineGrid([4, 4])]) { Golden = ["affine_grid"] },
        ["Arange"] = new(() => [Tensor.Arange((Dim)3)]) { Onnx = ["Range"], NoGolden = "whole numbers in a row: ONNX's tests" },
        ["ArgSort"] = new(() => [X(2, 3).ArgSort()]) { Golden = ["sort"] },
        ["BlurPool"] = new(() => [X(2, 3, 6, 6).BlurPool()]) { Section = "4.3", Golden = ["blur_pool"] },
        ["DeformableConvolution"] = new(() => [X(1, 2, 4, 4).DeformableConvolution(X(3, 2, 3, 3), X(1, 18, 2, 2))])
        { NoGolden = "it is torchvision's, not PyTorch's; with offsets of 0 it is the convolution" },
        ["DynamicKMaxPool"] = new(() => [X(2, 3, 8).DynamicKMaxPool(1, 2, 3)]) { Section = "4.5", Golden = ["k_max_pool"] },
        ["Einsum"] = new(() => [Tensor.Einsum("ij,jk->ik", X(2, 3), X(3, 2))]) { Section = "4.4", Onnx = ["Einsum"], Golden = ["einsum"] },
        ["GatherND"] = new(() => [X(2, 3).GatherND(Labels(2, 1))]) { Onnx = ["GatherND"], Golden = ["gather_nd"] },
        ["GlobalLpPool"] = new(() => [X(2, 3, 4, 4).GlobalLpPool()]) { Section = "3.1–3.3", Golden = ["global_lp_pool"] },
        ["IsFinite"] = new(() => [X(2, 3).IsFinite()]) { NoGolden = "truth values: tested on NaN and infinities" },
        ["IsInfinite"] = new(() => [X(2, 3).IsInfinite()]) { Onnx = ["IsInf"], NoGolden = "truth values: ONNX's tests" },
        ["KMaxPoolWithIndices"] = new(() => [.. Both(X(2, 3, 8).KMaxPoolWithIndices(2))]) { Section = "4.5", Golden = ["k_max_pool"] },
        ["L1Norm"] = new(() => [X(2, 3).L1Norm(1)]) { Onnx = ["ReduceL1"], Golden = ["norm1"] },
        ["L2Norm"] = new(() => [X(2, 3).L2Norm(1)]) { Onnx = ["ReduceL2"], Golden = ["norm2"] },
        ["LogSum"] = new(() => [X(2, 3).LogSum(1)]) { Onnx = ["ReduceLogSum"], NoGolden = "a sum, a logarithm: ONNX" },
        ["LowerTriangle"] = new(() => [X(3, 3).LowerTriangle()]) { Onnx = ["Trilu"], Golden = ["tril"] },
        ["MaxOverTime"] = new(() => [X(2, 3, 8).MaxOverTime()]) { Section = "4.1–4.2", Golden = ["max_over_time"] },
        ["MaxPoolWithIndices"] = new(() => [.. Both(X(2, 3, 4, 4).MaxPoolWithIndices([2, 2]))])
        { Section = "3.4–3.6", Golden = ["max_pool_with_indices"] },
        ["MaxUnpool"] = new(() => [X(1, 1, 2, 2).MaxUnpool(Labels(1, 1, 2, 2), [2, 2])])
        { Section = "3.4–3.6, 6.2", Onnx = ["MaxUnpool"], Golden = ["max_unpool"] },
        ["MoveAxis"] = new(() => [X(2, 3, 4).MoveAxis(0, 2)]) { Golden = ["movedim"] },
        ["ResizeBy"] = new(() => [X(1, 1, 4, 4).ResizeBy([2.0, 2.0])])
        { Section = "5.1, 6.2", Onnx = ["Resize"], Golden = ["interpolate"] },
        ["Roll"] = new(() => [X(2, 3).Roll(1, 1)]) { Golden = ["roll"] },
        ["ScatterND"] = new(() => [X(2, 3).ScatterND(Labels(2, 1), X(2, 3))]) { Onnx = ["ScatterND"], Golden = ["scatter_nd"] },
        ["SliceRange"] = new(() => [X(2, 3).SliceRange(1, 1, null)]) { Onnx = ["Slice"], Golden = ["slice"] },
        ["Sort"] = new(() => [.. Both(X(2, 3).Sort())]) { Golden = ["sort"] },
        ["SpatialPyramidPool"] = new(() => [X(2, 3, 6, 6).SpatialPyramidPool([1, 2])])
        { Section = "4.1", Golden = ["spatial_pyramid"] },
        ["Split"] = new(() => X(2, 4).Split(1, 1, 3)) { Onnx = ["Split"], Golden = ["split"] },
        ["SplitEvenly"] = new(() => X(2, 4).SplitEvenly(2, 1)) { Onnx = ["Split"], Golden = ["chunk"] },
        ["StandardDeviation"] = new(() => [X(2, 3).StandardDeviation(1)]) { Golden = ["std", "std_unbiased"] },
        ["SumOfSquares"] = new(() => [X(2, 3).SumOfSquares(1)]) { Onnx = ["ReduceSumSquare"], Golden = ["sum_square"] },
        ["UpperTriangle"] = new(() => [X(3, 3).UpperTriangle()]) { Onnx = ["Trilu"], Golden = ["triu"] },
        ["Variance"] = new(() => [X(2, 3).Variance(1)]) { Golden = ["var", "var_unbiased"] },
        ["WeightNormalization"] = new(() => [X(2, 3).WeightNormalization(X(2, 1))]) { Golden = ["weight_norm"] },
        ["Zeros"] = new(() => [Tensor.Zeros(2, 3)]) { NoGolden = "a constant" },
    };

    static Tensor[] Both((Tensor First, Tensor Second) pair) => [pair.First, pair.Second];

    static Tensor[] Training(Func<Tensor> body) => [Trace.WithMode(Mode.Training, body)];
}
