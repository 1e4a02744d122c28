using Fovea.Cpu.Simd;

namespace Fovea.Cpu.Kernels;

/// <summary>What the kernels over vectors share.</summary>
static class VectorKernels
{
    /// <summary>Elements of a piece of elementwise work.</summary>
    public const int Grain = 16384;

    /// <summary>
    /// The recipe of a kernel over vectors: every width gives the same bits, but those of multiply-adds that round twice are others.
    /// </summary>
    public static string Recipe(string algorithm) => SimdWidth.HasFma ? algorithm : algorithm + ".unfused";

    /// <summary>Into how many pieces of so many elements the work falls.</summary>
    public static int Pieces(long count, long grain = Grain) => checked((int)Math.Max(1, (count + grain - 1) / grain));
}
