using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>An elementwise function of one argument, as a struct so that loops are compiled for it. Applied to registers only.</summary>
internal interface IUnaryBody
{
    T Apply<T>(T x) where T : unmanaged, IVec<T>;
}

/// <summary>An elementwise function of two arguments.</summary>
internal interface IBinaryBody
{
    T Apply<T>(T a, T b) where T : unmanaged, IVec<T>;
}

/// <summary>An elementwise comparison: gives a mask.</summary>
internal interface ICompareBody
{
    T Apply<T>(T a, T b) where T : unmanaged, IVec<T>;
}

/// <summary>A binary function with its arguments exchanged: a loop that broadcasts the right operand then broadcasts the left.</summary>
internal readonly struct Swapped<TBody>(TBody body) : IBinaryBody where TBody : struct, IBinaryBody
{
    readonly TBody _body = body;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => _body.Apply(b, a);
}

/// <summary>A comparison with its arguments exchanged.</summary>
internal readonly struct SwappedCompare<TBody>(TBody body) : ICompareBody where TBody : struct, ICompareBody
{
    readonly TBody _body = body;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b) where T : unmanaged, IVec<T> => _body.Apply(b, a);
}
