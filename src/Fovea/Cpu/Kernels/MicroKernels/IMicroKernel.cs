namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>
/// The inner loop of convolution and matrix product for one instruction set: a tile of sums held in registers, one fused
/// multiply-add accumulator an output, the reduction ascending (taps outside, steps inside), stored once.
/// </summary>
/// <remarks>
/// Implementations are empty structs, passed as type parameters: drivers are written once, and a program can run every
/// instruction set that the machine has. All with hardware fused multiply-add give the same bits.
/// </remarks>
internal interface IMicroKernel
{
    /// <summary>Short name, used in kernel names: <c>avx512</c>, <c>avx2</c>, <c>portable</c>.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this machine runs it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Whether products are rounded before they are added (no hardware fused multiply-add): a recipe of its own.</summary>
    static abstract bool RoundsProducts { get; }

    /// <summary>Most rows (pixels) of a tile; fewer run at their own height.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns (output channels) of a packed block of weights.</summary>
    static abstract int Columns { get; }

    /// <summary>Computes one tile.</summary>
    /// <param name="tile">Addresses and sizes; row and column counts at least 1.</param>
    /// <param name="steps">Where in its row each reduction step reads.</param>
    /// <param name="epilogue">What is done to a sum before it is stored.</param>
    static abstract void Run<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue;
}
