using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu;

/// <summary>The CPU: its kernels and its worker pool.</summary>
sealed class CpuBackend : IBackend
{
    public static CpuBackend Instance { get; } = new();

    int _maxWorkers = Environment.ProcessorCount;

    public int MaxWorkers
    {
        get => _maxWorkers;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxWorkers = value;
        }
    }

    public Kernel? Choose(Op op, KernelCase @case) => CpuKernels.Choose(op, @case);

    public void Execute(PlanRun run, int workers)
    {
        for (int phase = 0; phase < run.PhaseCount; phase++)
            for (int piece = 0; piece < run.Pieces(phase); piece++) run.Run(phase, piece, 0);
    }
}
