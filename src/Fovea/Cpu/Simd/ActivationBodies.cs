using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>max(0, x); NaN passes.</summary>
internal readonly struct ReluBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.MaxNative(T.Create(0f), x);
}

/// <summary>x &gt; 0 ? x : slope·x.</summary>
internal readonly struct LeakyReluBody(float slope) : IUnaryBody
{
    readonly float _slope = slope;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Select(T.LessThan(T.Create(0f), x), x, T.Create(_slope) * x);
}

/// <summary>1/(1 + e^−x).</summary>
internal readonly struct SigmoidBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Sigmoid(x);
}

/// <summary>tanh x.</summary>
internal readonly struct TanhBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Tanh(x);
}

/// <summary>ln(1 + e^x).</summary>
internal readonly struct SoftplusBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => VMath.Softplus(x);
}

/// <summary>x/(1 + |x|).</summary>
internal readonly struct SoftsignBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => x / (T.Create(1f) + T.Abs(x));
}

/// <summary>x &gt; 0 ? x : alpha·(e^x − 1).</summary>
internal readonly struct EluBody(float alpha) : IUnaryBody
{
    readonly float _alpha = alpha;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Select(T.LessThan(T.Create(0f), x), x, T.Create(_alpha) * VMath.Expm1(x));
}

/// <summary>x &gt; 0 ? x : alpha·(e^(x/alpha) − 1).</summary>
internal readonly struct CeluBody(float alpha) : IUnaryBody
{
    readonly float _alpha = alpha;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> =>
        T.Select(T.LessThan(T.Create(0f), x), x, T.Create(_alpha) * VMath.Expm1(x / T.Create(_alpha)));
}

/// <summary>gamma·(x &gt; 0 ? x : alpha·(e^x − 1)); ONNX’s defaults 1.6732632 and 1.0507010 come from Klambauer et al., 2017.</summary>
internal readonly struct SeluBody(float alpha, float gamma) : IUnaryBody
{
    readonly float _alpha = alpha;
    readonly float _gamma = gamma;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> =>
        T.Create(_gamma) * T.Select(T.LessThan(T.Create(0f), x), x, T.Create(_alpha) * VMath.Expm1(x));
}

/// <summary>
/// x·Φ(x) = x/2·(1 + erf(x/√2)). Absolute error at most 1e-6·max(1, |x|); the far left tail has no more digits than 1 + erf has.
/// </summary>
internal readonly struct GeluBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => T.Create(0.5f) * x * (T.Create(1f) + VMath.Erf(x * T.Create(0.707106781f)));
}

/// <summary>x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))): the older approximation of GELU.</summary>
internal readonly struct GeluTanhBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T>
    {
        var inner = T.Create(0.797884561f) * T.Fma(T.Create(0.044715f) * x, x * x, x);
        return T.Create(0.5f) * x * (T.Create(1f) + VMath.Tanh(inner));
    }
}

/// <summary>x·sigmoid(x).</summary>
internal readonly struct SiluBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> => x * VMath.Sigmoid(x);
}

/// <summary>x·min(max(x + 3, 0), 6)/6.</summary>
internal readonly struct HardSwishBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T>
    {
        var gate = T.MinNative(T.Create(6f), T.MaxNative(T.Create(0f), x + T.Create(3f)));
        return x * gate / T.Create(6f);
    }
}

/// <summary>min(max(alpha·x + beta, 0), 1).</summary>
internal readonly struct HardSigmoidBody(float alpha, float beta) : IUnaryBody
{
    readonly float _alpha = alpha;
    readonly float _beta = beta;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T> =>
        T.MinNative(T.Create(1f), T.MaxNative(T.Create(0f), T.Fma(T.Create(_alpha), x, T.Create(_beta))));
}

/// <summary>x·tanh(ln(1 + e^x)).</summary>
internal readonly struct MishBody : IUnaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T x) where T : unmanaged, IVec<T>
    {
        // tanh(ln(1 + w)) = w(w + 2)/(w(w + 2) + 2) with w = e^x; past 20 it is 1, and w² would overflow.
        var w = VMath.Exp(T.MinNative(T.Create(20f), x));
        var n = w * (w + T.Create(2f));
        return x * (n / (n + T.Create(2f)));
    }
}
