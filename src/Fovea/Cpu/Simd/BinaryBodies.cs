using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>a + b.</summary>
internal readonly struct AddBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => a + b;
}

/// <summary>a − b.</summary>
internal readonly struct SubtractBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => a - b;
}

/// <summary>a·b.</summary>
internal readonly struct MultiplyBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => a * b;
}

/// <summary>a/b.</summary>
internal readonly struct DivideBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => a / b;
}

/// <summary>The larger; NaN where either is.</summary>
internal readonly struct MaximumBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => VMath.Max(a, b);
}

/// <summary>The smaller; NaN where either is.</summary>
internal readonly struct MinimumBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => VMath.Min(a, b);
}

/// <summary>a^b.</summary>
internal readonly struct PowerBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => VMath.Pow(a, b);
}

/// <summary>a &gt; 0 ? a : b·a.</summary>
internal readonly struct PReluBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.Select(T.LessThan(T.Create(0f), a), a, b * a);
}

/// <summary>b &gt; 0 ? a : 0: the gradient a of ReLU, where b is its argument or its result.</summary>
internal readonly struct MaskBody : IBinaryBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.And(T.LessThan(T.Create(0f), b), a);
}

/// <summary>a = b.</summary>
internal readonly struct EqualBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.Equal(a, b);
}

/// <summary>a ≠ b, true where either is NaN.</summary>
internal readonly struct NotEqualBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.Xor(T.Equal(a, b), T.CreateBits(-1));
}

/// <summary>a &lt; b.</summary>
internal readonly struct LessBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.LessThan(a, b);
}

/// <summary>a ≤ b.</summary>
internal readonly struct LessOrEqualBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.LessOrEqual(a, b);
}

/// <summary>a &gt; b.</summary>
internal readonly struct GreaterBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.LessThan(b, a);
}

/// <summary>a ≥ b.</summary>
internal readonly struct GreaterOrEqualBody : ICompareBody
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => T.LessOrEqual(b, a);
}
