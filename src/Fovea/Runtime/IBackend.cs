using Fovea.Graphs;

namespace Fovea.Runtime;

/// <summary>A device's kernels: for each step one, with its layouts, recipe and scratch.</summary>
public interface IBackend
{
    /// <summary>The first kernel of the ordered list that computes the case, or null.</summary>
    Kernel? Choose(Op op, KernelCase @case);
}
