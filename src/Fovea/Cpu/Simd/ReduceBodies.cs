using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>How elements are mapped and joined by a reduction. Joining is associative but for rounding.</summary>
internal interface IReduceBody
{
    /// <summary>What changes nothing when it is joined.</summary>
    float Identity { get; }

    /// <summary>An element that maps to the identity: it fills the lanes beyond the end.</summary>
    float Fill { get; }

    T Map<T>(T x) where T : unmanaged, IVec<T>;
    T Join<T>(T a, T b) where T : unmanaged, IVec<T>;
}

/// <summary>Σx.</summary>
internal readonly struct SumBody : IReduceBody
{
    public float Identity => 0f;
    public float Fill => 0f;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => a + b;
}

/// <summary>What a reduction makes of an element before it joins it.</summary>
internal readonly struct MapBody<TBody>(TBody body) : IUnaryBody where TBody : struct, IReduceBody
{
    readonly TBody _body = body;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Apply<T>(T x) where T : unmanaged, IVec<T> => _body.Map(x);
}

/// <summary>Σ|x|.</summary>
internal readonly struct SumOfMagnitudesBody : IReduceBody
{
    public float Identity => 0f;
    public float Fill => 0f;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => T.Abs(x);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => a + b;
}

/// <summary>Σx².</summary>
internal readonly struct SumOfSquaresBody : IReduceBody
{
    public float Identity => 0f;
    public float Fill => 0f;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => x * x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => a + b;
}

/// <summary>Σe^(x − shift).</summary>
internal readonly struct SumOfExponentialsBody(float shift) : IReduceBody
{
    readonly float _shift = shift;
    public float Identity => 0f;
    public float Fill => float.NegativeInfinity;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => VMath.Exp(x - T.Create(_shift));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => a + b;
}

/// <summary>The largest; NaN where any is.</summary>
internal readonly struct LargestBody : IReduceBody
{
    public float Identity => float.NegativeInfinity;
    public float Fill => float.NegativeInfinity;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => VMath.Max(a, b);
}

/// <summary>The smallest; NaN where any is.</summary>
internal readonly struct SmallestBody : IReduceBody
{
    public float Identity => float.PositiveInfinity;
    public float Fill => float.PositiveInfinity;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => VMath.Min(a, b);
}

/// <summary>Πx.</summary>
internal readonly struct ProductBody : IReduceBody
{
    public float Identity => 1f;
    public float Fill => 1f;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Map<T>(T x) where T : unmanaged, IVec<T> => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public T Join<T>(T a, T b) where T : unmanaged, IVec<T> => a * b;
}
