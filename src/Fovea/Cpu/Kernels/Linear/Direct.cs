using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Linear;

/// <summary>A fully connected layer, <c>y[…, o] = bias[o] + Σ over i ascending of x[…, i] · w[o, i]</c>, row-major.</summary>
/// <remarks>The heart, its loop order and tails are in <see cref="TiledMatMul{TMicro}"/>; bench/results has its speed.</remarks>
sealed unsafe class Direct<TMicro> : Kernel<Ops.Linear> where TMicro : struct, IMicroKernel
{
    public override string Name { get; } = $"Linear.direct.{TMicro.Name}";

    protected override string Recipe(Ops.Linear op, KernelCase @case) => MatMulRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.Linear op, KernelCase @case)
        => TMicro.IsSupported && @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Inputs[1].Count > 0;

    protected override KernelWork Prepare(Ops.Linear op, KernelCase @case)
    {
        var schedule = MatMulSchedule.Of<TMicro>(MatMulSizes.Of(@case.Inputs[0].Sizes, @case.Inputs[1].Sizes));
        return new([schedule.Pieces], WalkerScratch: schedule.ScratchBytes, Prepared: schedule);
    }

    protected override void Run(Ops.Linear op, in KernelCall call)
    {
        float* bias = call.Case.Inputs.Length == 3 ? (float*)call.Input(2) : null;
        TiledMatMul<TMicro>.Run((MatMulSchedule)call.Prepared!, call.Piece, (float*)call.Input(0), (float*)call.Input(1), bias,
            (float*)call.WalkerScratch, (float*)call.Output(0));
    }
}
