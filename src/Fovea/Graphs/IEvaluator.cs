namespace Fovea.Graphs;

/// <summary>The one seam through which a tensor asks for its data.</summary>
interface IEvaluator
{
    /// <summary>Computes the values of tensors that are not evaluated, in one pass, and stores them.</summary>
    void Evaluate(ReadOnlySpan<Tensor> targets);
}

/// <summary>Holds the evaluator; the engine registers itself when the assembly loads.</summary>
static class Evaluation
{
    public static IEvaluator Evaluator { get; set; } = null!;
}
