using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// The two passes of a resize: rows mixed into a row, and the pixels of a row mixed into a row of other length. Every output is one chain
/// of multiply-adds from +0 over its taps in ascending order, whichever loop computes it; a copied pixel keeps its bits.
/// </summary>
internal static unsafe class ResizeLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>y[i] = Σ over t of weights[t] · rows[t][i]; where <paramref name="copies"/>, y is the only row, or 0.</summary>
    [MethodImpl(Loop)]
    public static void Mix<T>(float** rows, float* weights, int count, nint length, bool copies, float* y) where T : unmanaged, IVec<T>
    {
        if (copies && count == 1) Buffer.MemoryCopy(rows[0], y, length * sizeof(float), length * sizeof(float));
        else if (count == 2) MixTwo<T>(rows[0], rows[1], weights, length, y);
        else
        {
            nint i = 0;
            var zero = T.Create(0f);
            for (; i <= length - 4 * T.Count; i += 4 * T.Count)
            {
                T s0 = zero, s1 = zero, s2 = zero, s3 = zero;
                for (int t = 0; t < count; t++)
                {
                    float* row = rows[t] + i;
                    var w = T.Create(weights[t]);
                    s0 = T.Fma(w, T.Load(row), s0);
                    s1 = T.Fma(w, T.Load(row + T.Count), s1);
                    s2 = T.Fma(w, T.Load(row + 2 * T.Count), s2);
                    s3 = T.Fma(w, T.Load(row + 3 * T.Count), s3);
                }
                T.Store(s0, y + i);
                T.Store(s1, y + i + T.Count);
                T.Store(s2, y + i + 2 * T.Count);
                T.Store(s3, y + i + 3 * T.Count);
            }
            for (; i < length; i += T.Count)
            {
                nint n = Math.Min(T.Count, length - i);
                var sum = zero;
                for (int t = 0; t < count; t++) sum = T.Fma(T.Create(weights[t]), T.Load(rows[t] + i, n, 0f), sum);
                T.Store(sum, y + i, n);
            }
        }
    }

    /// <summary>
    /// A row of pixels of many channels: y[o, c] = Σ over the taps t of o of weights[t] · x[pixels[t], c], those of o from starts[o] on.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Pixels<T>(float* x, int* starts, int* pixels, float* weights, int outputs, nint channels, bool copies, float* y)
        where T : unmanaged, IVec<T>
    {
        for (int o = 0; o < outputs; o++, y += channels)
        {
            int first = starts[o], count = starts[o + 1] - first;
            if (count == 2)
            {
                MixTwo<T>(x + pixels[first] * channels, x + pixels[first + 1] * channels, weights + first, channels, y);
                continue;
            }
            if (copies && count == 1)
            {
                Copy<T>(x + pixels[first] * channels, channels, y);
                continue;
            }
            nint c = 0;
            for (; c <= channels - 2 * T.Count; c += 2 * T.Count)
            {
                T s0 = T.Create(0f), s1 = s0;
                for (int t = first; t < first + count; t++)
                {
                    float* pixel = x + pixels[t] * channels + c;
                    var w = T.Create(weights[t]);
                    s0 = T.Fma(w, T.Load(pixel), s0);
                    s1 = T.Fma(w, T.Load(pixel + T.Count), s1);
                }
                T.Store(s0, y + c);
                T.Store(s1, y + c + T.Count);
            }
            for (; c < channels; c += T.Count)
            {
                nint n = Math.Min(T.Count, channels - c);
                var sum = T.Create(0f);
                for (int t = first; t < first + count; t++)
                    sum = T.Fma(T.Create(weights[t]), T.Load(x + pixels[t] * channels + c, n, 0f), sum);
                T.Store(sum, y + c, n);
            }
        }
    }

    /// <summary>
    /// A row of numbers as lanes: for each vector of outputs the vectors of inputs that its taps lie in, each permuted once a tap.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Lanes<T>(float* x, LaneWindow* windows, int* windowsOfVector, int* lanes, float* weights, nint outputs, bool copies,
        float* y) where T : unmanaged, IVec<T>
    {
        var zero = T.Create(0f);
        for (nint i = 0; i < outputs; i += T.Count, windowsOfVector++, y += T.Count)
        {
            var sum = zero;
            for (int w = windowsOfVector[0]; w < windowsOfVector[1]; w++)
            {
                var window = windows[w];
                var v = window.Inputs == T.Count ? T.Load(x + window.Base) : T.Load(x + window.Base, window.Inputs, 0f);
                for (nint at = window.FirstStep * (nint)T.Count; at < window.EndStep * (nint)T.Count; at += T.Count)
                {
                    var weight = T.Load(weights + at);
                    var value = T.Permute(v, T.Load((float*)(lanes + at)));
                    var next = copies ? value : T.Fma(weight, value, sum);
                    // A lane without a tap in this step keeps its sum, bit for bit.
                    sum = window.IsFull ? next : T.Select(T.Equal(weight, zero), sum, next);
                }
            }
            nint n = Math.Min(T.Count, outputs - i);
            if (n == T.Count) T.Store(sum, y);
            else T.Store(sum, y, n);
        }
    }

    /// <summary>y[i] += scale · x[i].</summary>
    [MethodImpl(Loop)]
    public static void AddScaled<T>(float* x, float scale, nint length, float* y) where T : unmanaged, IVec<T>
    {
        var s = T.Create(scale);
        nint i = 0;
        for (; i <= length - T.Count; i += T.Count) T.Store(T.Fma(s, T.Load(x + i), T.Load(y + i)), y + i);
        if (i < length) T.Store(T.Fma(s, T.Load(x + i, length - i, 0f), T.Load(y + i, length - i, 0f)), y + i, length - i);
    }

    [MethodImpl(In)]
    static void MixTwo<T>(float* a, float* b, float* weights, nint length, float* y) where T : unmanaged, IVec<T>
    {
        T u = T.Create(weights[0]), v = T.Create(weights[1]), zero = T.Create(0f);
        nint i = 0;
        for (; i <= length - T.Count; i += T.Count) T.Store(T.Fma(v, T.Load(b + i), T.Fma(u, T.Load(a + i), zero)), y + i);
        if (i >= length) return;
        nint n = length - i;
        T.Store(T.Fma(v, T.Load(b + i, n, 0f), T.Fma(u, T.Load(a + i, n, 0f), zero)), y + i, n);
    }

    [MethodImpl(In)]
    static void Copy<T>(float* x, nint length, float* y) where T : unmanaged, IVec<T>
    {
        nint i = 0;
        for (; i <= length - T.Count; i += T.Count) T.Store(T.Load(x + i), y + i);
        if (i < length) T.Store(T.Load(x + i, length - i, 0f), y + i, length - i);
    }
}

/// <summary>Inputs that lie in one vector, and the steps that take taps out of it.</summary>
/// <param name="Base">The first input.</param>
/// <param name="Inputs">How many are loaded.</param>
/// <param name="FirstStep">The first step.</param>
/// <param name="EndStep">One more than the last step.</param>
/// <param name="IsFull">Whether every lane has a tap in every step.</param>
internal readonly record struct LaneWindow(int Base, int Inputs, int FirstStep, int EndStep, bool IsFull);
