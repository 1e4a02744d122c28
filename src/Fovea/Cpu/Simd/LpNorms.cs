using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>A norm (Σ |x|^p)^(1/p), as a struct so that loops are compiled for it.</summary>
internal interface ILpNorm
{
    /// <summary>Whether powers are cheap enough to be summed unscaled first; sums out of range are then done again, scaled.</summary>
    static abstract bool IsDirect { get; }

    /// <summary>sum + r^p, r ≥ 0.</summary>
    T Add<T>(T r, T sum) where T : unmanaged, IVec<T>;

    /// <summary>sum^(1/p).</summary>
    T Root<T>(T sum) where T : unmanaged, IVec<T>;

    /// <summary>r^(p − 1), r > 0.</summary>
    T Slope<T>(T r) where T : unmanaged, IVec<T>;
}

/// <summary>p = 1.</summary>
internal readonly struct AbsoluteNorm : ILpNorm
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    public static bool IsDirect => true;
    [MethodImpl(In)] public T Add<T>(T r, T sum) where T : unmanaged, IVec<T> => sum + r;
    [MethodImpl(In)] public T Root<T>(T sum) where T : unmanaged, IVec<T> => sum;
    [MethodImpl(In)] public T Slope<T>(T r) where T : unmanaged, IVec<T> => T.Create(1f);
}

/// <summary>p = 2.</summary>
internal readonly struct EuclideanNorm : ILpNorm
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    public static bool IsDirect => true;
    [MethodImpl(In)] public T Add<T>(T r, T sum) where T : unmanaged, IVec<T> => T.Fma(r, r, sum);
    [MethodImpl(In)] public T Root<T>(T sum) where T : unmanaged, IVec<T> => T.Sqrt(sum);
    [MethodImpl(In)] public T Slope<T>(T r) where T : unmanaged, IVec<T> => r;
}

/// <summary>p = 3.</summary>
internal readonly struct CubicNorm : ILpNorm
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    public static bool IsDirect => true;
    [MethodImpl(In)] public T Add<T>(T r, T sum) where T : unmanaged, IVec<T> => T.Fma(r * r, r, sum);
    [MethodImpl(In)] public T Root<T>(T sum) where T : unmanaged, IVec<T> => VMath.Pow(sum, T.Create(1f / 3));
    [MethodImpl(In)] public T Slope<T>(T r) where T : unmanaged, IVec<T> => r * r;
}

/// <summary>Any p > 0.</summary>
internal readonly struct PowerNorm(float p) : ILpNorm
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    readonly float _p = p;
    public static bool IsDirect => false;
    [MethodImpl(In)] public T Add<T>(T r, T sum) where T : unmanaged, IVec<T> => sum + Power(r, _p);
    [MethodImpl(In)] public T Root<T>(T sum) where T : unmanaged, IVec<T> => Power(sum, 1f / _p);
    [MethodImpl(In)] public T Slope<T>(T r) where T : unmanaged, IVec<T> => Power(r, _p - 1f);

    // A method of its own: two powers in one loop exceed what the JIT inlines, and take ten times as long.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static T Power<T>(T r, float p) where T : unmanaged, IVec<T> => VMath.Pow(r, T.Create(p));
}
