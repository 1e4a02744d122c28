using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// The loops behind every elementwise operator: y = f(x), y = f(a, b) with one operand broadcast or none, comparisons to bytes, and where.
/// </summary>
/// <remarks>
/// Arrays are contiguous; a result may lie exactly on an operand, but must not overlap one otherwise. Tails run the vector body on a partly
/// loaded vector, so a range may start anywhere and a cut changes no bits.
/// </remarks>
internal static unsafe class ElementwiseLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>y[i] = f(x[i]) for i below count.</summary>
    [MethodImpl(Loop)]
    public static void Unary<T, TBody>(float* x, nint count, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IUnaryBody
    {
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count) T.Store(body.Apply(T.Load(x + i)), y + i);
        if (i < count) T.Store(body.Apply(T.Load(x + i, count - i, 1f)), y + i, count - i);
    }

    /// <summary>y[i] = f(a[i], b[i]).</summary>
    [MethodImpl(Loop)]
    public static void Binary<T, TBody>(float* a, float* b, nint count, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IBinaryBody
    {
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count) T.Store(body.Apply(T.Load(a + i), T.Load(b + i)), y + i);
        if (i < count) T.Store(body.Apply(T.Load(a + i, count - i, 1f), T.Load(b + i, count - i, 1f)), y + i, count - i);
    }

    /// <summary>y[i] = f(a[i], b) for one scalar b.</summary>
    [MethodImpl(Loop)]
    public static void BinaryScalar<T, TBody>(float* a, float b, nint count, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IBinaryBody
    {
        var right = T.Create(b);
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count) T.Store(body.Apply(T.Load(a + i), right), y + i);
        if (i < count) T.Store(body.Apply(T.Load(a + i, count - i, 1f), right), y + i, count - i);
    }

    /// <summary>y[r, c] = f(a[r, c], b[c]): one row for all rows, such as a bias over the channels of pixels.</summary>
    [MethodImpl(Loop)]
    public static void BinaryRow<T, TBody>(float* a, float* b, nint rows, nint columns, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IBinaryBody
    {
        for (nint r = 0; r < rows; r++, a += columns, y += columns)
        {
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(body.Apply(T.Load(a + i), T.Load(b + i)), y + i);
            if (i >= columns) continue;
            T.Store(body.Apply(T.Load(a + i, columns - i, 1f), T.Load(b + i, columns - i, 1f)), y + i, columns - i);
        }
    }

    /// <summary>y[r, c] = f(a[r, c], b[r]): one value for each row.</summary>
    [MethodImpl(Loop)]
    public static void BinaryColumn<T, TBody>(float* a, float* b, nint rows, nint columns, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IBinaryBody
    {
        for (nint r = 0; r < rows; r++, a += columns, y += columns)
        {
            var right = T.Create(b[r]);
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(body.Apply(T.Load(a + i), right), y + i);
            if (i < columns) T.Store(body.Apply(T.Load(a + i, columns - i, 1f), right), y + i, columns - i);
        }
    }

    /// <summary>y[i] = f(a[i], b[i]) ? 1 : 0, a byte each; with <paramref name="scalar"/> b is one value.</summary>
    [MethodImpl(Loop)]
    public static void Compare<T, TBody>(float* a, float* b, bool scalar, nint count, TBody body, byte* y)
        where T : unmanaged, IVec<T> where TBody : struct, ICompareBody
    {
        nint i = 0;
        if (scalar)
        {
            var right = T.Create(*b);
            for (; i <= count - T.Count; i += T.Count) T.StoreMask(body.Apply(T.Load(a + i), right), y + i);
            for (; i < count; i++) V1.StoreMask(body.Apply(V1.Load(a + i), V1.Load(b)), y + i);
            return;
        }
        for (; i <= count - T.Count; i += T.Count) T.StoreMask(body.Apply(T.Load(a + i), T.Load(b + i)), y + i);
        for (; i < count; i++) V1.StoreMask(body.Apply(V1.Load(a + i), V1.Load(b + i)), y + i);
    }

    /// <summary>y[i] = condition[i] ≠ 0 ? a[i] : b[i]; an operand whose step is 0 is one value, else its step is 1.</summary>
    [MethodImpl(Loop)]
    public static void Where<T>(byte* condition, float* a, nint stepA, float* b, nint stepB, nint count, float* y)
        where T : unmanaged, IVec<T>
    {
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count)
        {
            var left = stepA == 0 ? T.Create(*a) : T.Load(a + i);
            var right = stepB == 0 ? T.Create(*b) : T.Load(b + i);
            T.Store(T.Select(T.LoadMask(condition + i), left, right), y + i);
        }
        for (; i < count; i++) y[i] = condition[i] != 0 ? a[i * stepA] : b[i * stepB];
    }

    /// <summary>y[i] = condition[i] ≠ 0 ? a[i] : b[i], the condition as floats.</summary>
    [MethodImpl(Loop)]
    public static void Select<T>(float* condition, float* a, float* b, nint count, float* y) where T : unmanaged, IVec<T>
    {
        var zero = T.Create(0f);
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count)
            T.Store(T.Select(T.Equal(T.Load(condition + i), zero), T.Load(b + i), T.Load(a + i)), y + i);
        for (; i < count; i++) y[i] = condition[i] == 0f ? b[i] : a[i];
    }

    /// <summary>y[i] = condition[i] ≠ 0 ? 1 : 0.</summary>
    [MethodImpl(Loop)]
    public static void BytesToFloats<T>(byte* condition, nint count, float* y) where T : unmanaged, IVec<T>
    {
        nint i = 0;
        var one = T.Create(1f);
        for (; i <= count - T.Count; i += T.Count) T.Store(T.And(T.LoadMask(condition + i), one), y + i);
        for (; i < count; i++) y[i] = condition[i] != 0 ? 1f : 0f;
    }

    /// <summary>y[i] = x[i] ≠ 0 ? 1 : 0, a byte each; NaN gives 1.</summary>
    public static void FloatsToBytes<T>(float* x, nint count, byte* y) where T : unmanaged, IVec<T>
    {
        float zero = 0f;
        Compare<T, NotEqualBody>(x, &zero, scalar: true, count, default, y);
    }

    /// <summary>y[i] = value.</summary>
    [MethodImpl(Loop)]
    public static void Fill<T>(float value, nint count, float* y) where T : unmanaged, IVec<T>
    {
        var v = T.Create(value);
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count) T.Store(v, y + i);
        if (i < count) T.Store(v, y + i, count - i);
    }
}
