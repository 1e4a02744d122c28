using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>The product of matrices, <c>y[…, m, n] = Σ over k ascending of a[…, m, k] · b[…, k, n]</c>, row-major.</summary>
/// <remarks>The heart, its loop order and tails are in <see cref="TiledMatMul{TMicro}"/>; bench/results has its speed.</remarks>
sealed unsafe class Direct<TMicro> : Kernel<Ops.MatMul> where TMicro : struct, IMicroKernel
{
    public override string Name { get; } = $"MatMul.direct.{TMicro.Name}";

    protected override string Recipe(Ops.MatMul op, KernelCase @case) => MatMulRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.MatMul op, KernelCase @case)
        => TMicro.IsSupported && @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Inputs[1].Count > 0;

    protected override KernelWork Prepare(Ops.MatMul op, KernelCase @case)
    {
        var schedule = MatMulSchedule.Of<TMicro>(MatMulSizes.Of(op.TransposeA, op.TransposeB, @case));
        return new([schedule.Pieces], WalkerScratch: schedule.ScratchBytes, Prepared: schedule);
    }

    protected override void Run(Ops.MatMul op, in KernelCall call)
        => TiledMatMul<TMicro>.Run((MatMulSchedule)call.Prepared!, call.Piece, (float*)call.Input(0), (float*)call.Input(1), null,
            (float*)call.WalkerScratch, (float*)call.Output(0));
}

/// <summary>Names of orders of sums.</summary>
static class MatMulRecipes
{
    /// <summary>One accumulator an output, ascending, a bias last. The same bits from every fusing instruction set.</summary>
    public static string Direct<TMicro>() where TMicro : struct, IMicroKernel => TMicro.RoundsProducts ? "direct.rounded" : "direct.fused";
}
