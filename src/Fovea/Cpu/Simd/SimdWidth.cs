using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Simd;

/// <summary>
/// What a class that is generic over the vector width is run with: <see cref="SimdWidth.Run{TUser, TResult}"/> names the width.
/// </summary>
internal interface IWidthUser<TResult>
{
    /// <summary>Runs with one width.</summary>
    TResult Use<T>() where T : unmanaged, IVec<T>;
}

/// <summary>The vector widths of this machine, and the choice among them.</summary>
internal static class SimdWidth
{
    /// <summary>
    /// Whether a·b + c is one instruction, rounded once. Where it is not, it is two, rounded twice: other bits, so a recipe of its own.
    /// </summary>
    public static bool HasFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>
    /// The lanes of the widest usable vector: 16, 8 or 4. Asks for the instruction set itself: Vector512.IsHardwareAccelerated is false on
    /// processors that lower their clock, which AVX-512 is still worth on these loops.
    /// </summary>
    public static int Best => V512.IsSupported ? 16 : V256.IsSupported ? 8 : 4;

    /// <summary>Every lane count that this machine can run, widest first; 1 is the scalar form.</summary>
    public static IEnumerable<int> Supported
    {
        get
        {
            if (V512.IsSupported) yield return 16;
            if (V256.IsSupported) yield return 8;
            yield return 4;
            yield return 1;
        }
    }

    /// <summary>Calls the user with the vector of this many lanes.</summary>
    public static TResult Run<TUser, TResult>(TUser user, int lanes) where TUser : IWidthUser<TResult> => lanes switch
    {
        16 => user.Use<V512>(),
        8 => user.Use<V256>(),
        4 => user.Use<V128>(),
        1 => user.Use<V1>(),
        _ => throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "A vector has 16, 8, 4 or 1 lanes."),
    };
}
