using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>x.</summary>
internal readonly struct CopyBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => x;
}

/// <summary>−x.</summary>
internal readonly struct NegateBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => -x;
}

/// <summary>|x|.</summary>
internal readonly struct AbsBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Abs(x);
}

/// <summary>−1, 0 or 1; NaN for NaN.</summary>
internal readonly struct SignBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Select(T.LessThan(T.Create(0f), T.Abs(x)), VMath.CopySign(T.Create(1f), x), x);
}

/// <summary>x².</summary>
internal readonly struct SquareBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => x * x;
}

/// <summary>x³.</summary>
internal readonly struct CubeBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => x * x * x;
}

/// <summary>√x; NaN below 0.</summary>
internal readonly struct SqrtBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Sqrt(x);
}

/// <summary>1/√x.</summary>
internal readonly struct RsqrtBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Create(1f) / T.Sqrt(x);
}

/// <summary>1/x.</summary>
internal readonly struct ReciprocalBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Create(1f) / x;
}

/// <summary>⌊x⌋.</summary>
internal readonly struct FloorBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Floor(x);
}

/// <summary>⌈x⌉.</summary>
internal readonly struct CeilingBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Ceiling(x);
}

/// <summary>To the nearest integer, halves to even.</summary>
internal readonly struct RoundBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Round(x);
}

/// <summary>e^x.</summary>
internal readonly struct ExpBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Exp(x);
}

/// <summary>e^x − 1.</summary>
internal readonly struct Expm1Body : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Expm1(x);
}

/// <summary>ln x.</summary>
internal readonly struct LogBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Log(x);
}

/// <summary>ln(1 + x).</summary>
internal readonly struct Log1pBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Log1p(x);
}

/// <summary>sin x.</summary>
internal readonly struct SinBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Sin(x);
}

/// <summary>cos x.</summary>
internal readonly struct CosBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Cos(x);
}

/// <summary>The error function.</summary>
internal readonly struct ErfBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Erf(x);
}

/// <summary>x &gt; 0 ? 1 : 0; the derivative of ReLU. 0 for NaN.</summary>
internal readonly struct StepBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.And(T.LessThan(T.Create(0f), x), T.Create(1f));
}

/// <summary>x = 0 ? 1 : 0.</summary>
internal readonly struct NotBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.And(T.Equal(x, T.Create(0f)), T.Create(1f));
}

/// <summary>NaN ? 1 : 0.</summary>
internal readonly struct IsNaNBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.And(VMath.IsNaN(x), T.Create(1f));
}

/// <summary>min(max(x, low), high); NaN passes.</summary>
internal readonly struct ClipBody(float low, float high) : IUnaryBody
{
    readonly float _low = low;
    readonly float _high = high;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.MinNative(T.Create(_high), T.MaxNative(T.Create(_low), x));
}

/// <summary>x^exponent for a constant exponent.</summary>
internal readonly struct PowerConstantBody(float exponent) : IUnaryBody
{
    readonly float _exponent = exponent;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Pow(x, T.Create(_exponent));
}
