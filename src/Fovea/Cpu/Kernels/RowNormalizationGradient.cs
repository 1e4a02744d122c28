using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// The gradient of layer and root-mean-square normalisation of row-major float32 values: blocks of rows, each with sums of its own for the
/// parameters, then these sums in a tree. Inputs: x, scale, dy; outputs: dx, dscale, perhaps dshift.
/// </summary>
abstract unsafe class RowNormalizationGradient<TOp, T> : Kernel<TOp> where TOp : Op where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"{typeof(TOp).Name}.vector.{T.Name}", OwnRecipe = VectorKernels.Recipe($"{typeof(TOp).Name}.vector");

    public sealed override string Name => OwnName;

    protected sealed override string Recipe(TOp op, KernelCase @case) => OwnRecipe;

    protected sealed override bool Supports(TOp op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    /// <summary>The first of the normalised axes, whether the mean was subtracted, and what was added to the variance.</summary>
    protected abstract (int Axis, bool Centred, float Epsilon) Rule(TOp op);

    sealed record Plan(TrailingRows Rows, ColumnSums Sums, nint Pitch);

    protected sealed override KernelWork Prepare(TOp op, KernelCase @case)
    {
        var rows = new TrailingRows(@case.Inputs[0], Rule(op).Axis);
        nint pitch = (rows.Columns + 15) & ~15;
        int blocks = VectorKernels.Pieces(rows.Rows, LayerNormLoops.Block), parameters = @case.Outputs.Length - 1;
        var sums = new ColumnSums(blocks, rows.Columns, parameters * pitch);
        return new([blocks, parameters * sums.Pieces], (long)blocks * parameters * pitch * sizeof(float),
            Math.Max(LayerNormLoops.ScratchFloats(rows.Columns) * sizeof(float), sums.WalkerBytes), new Plan(rows, sums, pitch));
    }

    protected sealed override void Run(TOp op, in KernelCall call)
    {
        var (rows, sums, pitch) = (Plan)call.Prepared!;
        int parameters = call.Case.Outputs.Length - 1;
        float* partial = (float*)call.Scratch, walker = (float*)call.WalkerScratch;
        if (call.Phase == 1)
        {
            int which = call.Piece / sums.Pieces;
            sums.Run<T>(partial + which * pitch, call.Piece % sums.Pieces, walker, (float*)call.Output(1 + which));
            return;
        }
        var (_, centred, epsilon) = Rule(op);
        nint row = (nint)call.Piece * LayerNormLoops.Block, at = row * rows.Columns;
        float* dscale = partial + call.Piece * parameters * pitch;
        LayerNormLoops.GradientBlock<T>((float*)call.Input(0) + at, (float*)call.Input(2) + at,
            Math.Min(LayerNormLoops.Block, rows.Rows - row), rows.Columns, centred, epsilon, (float*)call.Input(1), walker,
            (float*)call.Output(0) + at, dscale, parameters > 1 ? dscale + pitch : null);
    }
}
