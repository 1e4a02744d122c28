using Fovea.Cpu.Simd;
using Fovea.Graphs;

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

    /// <summary>
    /// Passes some float32 elements of an input on to an output: nothing to do where the plan lets them lie in one place.
    /// </summary>
    public static unsafe void PassOn(in KernelCall call, int input, int output, nint start, nint count)
    {
        if (call.Input(input) == call.Output(output)) return;
        new ReadOnlySpan<float>((float*)call.Input(input) + start, (int)count).CopyTo(new((float*)call.Output(output) + start, (int)count));
    }
}
