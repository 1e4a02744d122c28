using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cli;

/// <summary>What the processor offers and this program may use.</summary>
static class Hardware
{
    /// <summary>A line for a program that was built without the processor's vectors; null otherwise.</summary>
    public static string? Warning => Fma.IsSupported || AdvSimd.IsSupported ? null
        : "This program runs without AVX2 and fused multiply-add: it is several times slower than it could be, and its bits are others."
            + " A native program needs IlcInstructionSet=x86-64-v3 (or x86-64-v4 for AVX-512).";
}
