using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>A window over neighbouring channels, and what local response normalisation makes of it.</summary>
/// <param name="Size">How many channels.</param>
/// <param name="Before">How many of them stand before their own.</param>
/// <param name="Scale">Times the sum of squares, …</param>
/// <param name="Bias">… plus this, is the base of …</param>
/// <param name="Beta">… this exponent.</param>
internal readonly record struct ResponseWindow(int Size, int Before, float Scale, float Bias, float Beta)
{
    /// <summary>How many channels stand after their own.</summary>
    public int After => Size - 1 - Before;
}

/// <summary>
/// Local response normalisation over [rows, channels] (channels-last: a row is a pixel), and its gradient. Sums over a window run in the
/// order of its channels.
/// </summary>
internal static unsafe class LocalResponseLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The floats of scratch memory: two rows with room for a window at their ends.</summary>
    public static nint ScratchFloats(nint channels, int size) => 2 * Pitch(channels, size);

    static nint Pitch(nint channels, int size) => (channels + size - 1 + 15) & ~15;

    /// <summary>y = x / (bias + scale · Σ x²)^beta; y may be x.</summary>
    [MethodImpl(Loop)]
    public static void Forward<T>(float* x, nint rows, nint channels, ResponseWindow window, float* scratch, float* y)
        where T : unmanaged, IVec<T>
    {
        ElementwiseLoops.Fill<T>(0f, Pitch(channels, window.Size), scratch);
        for (nint r = 0; r < rows; r++, x += channels, y += channels)
        {
            ElementwiseLoops.Unary<T, SquareBody>(x, channels, default, scratch + window.Before);
            nint c = 0;
            for (; c <= channels - T.Count; c += T.Count)
                T.Store(T.Load(x + c) * Power(Base(Sum<T>(scratch + c, window.Size, T.Count), window), window.Beta), y + c);
            if (c >= channels) continue;
            nint n = channels - c;
            T.Store(T.Load(x + c, n, 0f) * Power(Base(Sum<T>(scratch + c, window.Size, n), window), window.Beta), y + c, n);
        }
    }

    /// <summary>dx = dy · d^−beta − 2 · scale · beta · x · Σ dy · x · d^(−beta − 1), d = bias + scale · Σ x².</summary>
    [MethodImpl(Loop)]
    public static void Gradient<T>(float* x, float* dy, nint rows, nint channels, ResponseWindow window, float* scratch, float* dx)
        where T : unmanaged, IVec<T>
    {
        float* squares = scratch, terms = scratch + Pitch(channels, window.Size);
        ElementwiseLoops.Fill<T>(0f, ScratchFloats(channels, window.Size), scratch);
        var factor = T.Create(-2 * window.Scale * window.Beta);
        for (nint r = 0; r < rows; r++, x += channels, dy += channels, dx += channels)
        {
            ElementwiseLoops.Unary<T, SquareBody>(x, channels, default, squares + window.Before);
            for (nint c = 0; c < channels; c += T.Count)
            {
                nint n = Math.Min(T.Count, channels - c);
                var d = Base(Sum<T>(squares + c, window.Size, n), window);
                T g = T.Load(dy + c, n, 0f), direct = g * Power(d, window.Beta);
                T.Store(direct, dx + c, n);
                T.Store(T.Load(x + c, n, 0f) * direct / d, terms + window.After + c, n);
            }
            for (nint c = 0; c < channels; c += T.Count)
            {
                nint n = Math.Min(T.Count, channels - c);
                T.Store(T.Fma(factor * T.Load(x + c, n, 0f), Sum<T>(terms + c, window.Size, n), T.Load(dx + c, n, 0f)), dx + c, n);
            }
        }
    }

    [MethodImpl(In)]
    static T Sum<T>(float* first, int size, nint lanes) where T : unmanaged, IVec<T>
    {
        bool whole = lanes == T.Count;
        var sum = T.Create(0f);
        for (int i = 0; i < size; i++) sum += whole ? T.Load(first + i) : T.Load(first + i, lanes, 0f);
        return sum;
    }

    [MethodImpl(In)]
    static T Base<T>(T sum, ResponseWindow window) where T : unmanaged, IVec<T> =>
        T.Fma(T.Create(window.Scale), sum, T.Create(window.Bias));

    /// <summary>d^−beta; by roots for the exponent that nearly everybody takes.</summary>
    [MethodImpl(In)]
    static T Power<T>(T d, float beta) where T : unmanaged, IVec<T>
    {
        if (beta != 0.75f) return VMath.Pow(d, T.Create(-beta));
        var root = T.Sqrt(d);
        return T.Create(1f) / (root * T.Sqrt(root));
    }
}
