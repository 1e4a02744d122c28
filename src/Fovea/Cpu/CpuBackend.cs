using Fovea.Cpu.Parallel;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu;

/// <summary>The CPU: its kernels and its worker pool.</summary>
sealed class CpuBackend : IBackend
{
    public static CpuBackend Instance { get; } = new();

    public int MaxWorkers
    {
        get => WorkerPool.MaxThreads;
        set => WorkerPool.MaxThreads = value;
    }

    public Kernel? Choose(Op op, KernelCase @case) => CpuKernels.Choose(op, @case);

    public bool Fuses(Node node) => Kernels.FusedElementwise.Vector.Takes(node);

    public void Execute(PlanRun run, int workers)
    {
        if (PlanProfile.Current is { } profile) profile.Run(run);
        else WorkerPool.Run(run, workers);
    }
}
