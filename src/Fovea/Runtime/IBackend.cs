using Fovea.Graphs;

namespace Fovea.Runtime;

/// <summary>A device's kernels: for each step one, with its layouts, recipe and scratch.</summary>
interface IBackend
{
    /// <summary>The first kernel of the ordered list that computes the case, or null.</summary>
    Kernel? Choose(Op op, KernelCase @case);

    /// <summary>Whether a node may be part of a fused elementwise step.</summary>
    bool Fuses(Node node);

    /// <summary>The most workers that a run may use.</summary>
    int MaxWorkers { get; }

    /// <summary>Runs all phases of a plan whose addresses are resolved.</summary>
    void Execute(PlanRun run, int workers);
}
