using Fovea.Graphs;

namespace Fovea.Runtime;

/// <summary>Runs an operator's own <see cref="Op.Evaluate"/> where no kernel matches: row-major spans, one thread.</summary>
sealed class EvaluateKernel : Kernel
{
    public static EvaluateKernel Instance { get; } = new();
    public override string Name => "evaluate";
    public override Type OpType => typeof(Op);
    public override string Recipe(Op op, KernelCase @case) => $"evaluate.{op.Name}";
    public override bool Supports(Op op, KernelCase @case) => op.HasEvaluate;
    public override void Run(Op op, in KernelCall call) => op.Evaluate(call);
}
