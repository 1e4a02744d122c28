using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Lp pooling over channels-last images, y = (Σ |x|^p)^(1/p) over each window, and its gradient. Taps add in ascending order.
/// </summary>
/// <remarks>
/// No power overflows or vanishes: m · (Σ (|x| / m)^p)^(1/p), m the largest |x|, is the same norm. Where powers are cheap the plain sum
/// comes first, and lanes whose sum has left [2⁻¹⁰⁰, 2¹²⁰] are done again.
/// </remarks>
internal static unsafe class LpPoolLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    // 2⁻¹⁰⁰ and 2¹²⁰.
    const float Least = 7.8886090522101181e-31f, Most = 1.329227995784916e36f;

    /// <summary>The norm of each window, for a range of output rows. A window wholly in the padding gives 0.</summary>
    /// <param name="x">The images.</param>
    /// <param name="window">The geometry.</param>
    /// <param name="norm">The norm.</param>
    /// <param name="firstRow">The first output row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="offsets">Scratch memory: an integer for each tap.</param>
    /// <param name="y">The outputs, of which the rows' are written.</param>
    [MethodImpl(Loop)]
    public static void Forward<T, TNorm>(float* x, PoolWindow window, TNorm norm, nint firstRow, nint rows, nint* offsets, float* y)
        where T : unmanaged, IVec<T> where TNorm : struct, ILpNorm
    {
        nint channels = window.Channels;
        y += firstRow * window.Width.Output * channels;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            var taps = new TapRow(window, row);
            for (int o = 0; o < window.Width.Output; o++, y += channels)
            {
                int count = taps.Move(o, offsets);
                float* first = x + taps.Origin;
                for (nint c = 0; c < channels; c += T.Count)
                {
                    nint n = Math.Min(T.Count, channels - c);
                    if (!TNorm.IsDirect)
                    {
                        T.Store(Scaled<T, TNorm>(first + c, offsets, count, n, norm), y + c, n);
                        continue;
                    }
                    if (count == 1)
                    {
                        T.Store(T.Abs(T.Load(first + offsets[0] + c, n, 0f)), y + c, n);
                        continue;
                    }
                    var sum = T.Create(0f);
                    for (int t = 0; t < count; t++) sum = norm.Add(T.Abs(T.Load(first + offsets[t] + c, n, 1f)), sum);
                    var value = norm.Root(sum);
                    var ordinary = T.And(T.LessOrEqual(T.Create(Least), sum), T.LessOrEqual(sum, T.Create(Most)));
                    if (T.Any(T.Xor(ordinary, T.CreateBits(-1))))
                        value = T.Select(ordinary, value, Scaled<T, TNorm>(first + c, offsets, count, n, norm));
                    T.Store(value, y + c, n);
                }
            }
        }
    }

    [MethodImpl(Loop)]
    static T Scaled<T, TNorm>(float* first, nint* offsets, int count, nint n, TNorm norm)
        where T : unmanaged, IVec<T> where TNorm : struct, ILpNorm
    {
        T zero = T.Create(0f), largest = zero, sum = zero;
        for (int t = 0; t < count; t++) largest = VMath.Max(largest, T.Abs(T.Load(first + offsets[t], n, 0f)));
        for (int t = 0; t < count; t++) sum = norm.Add(T.Abs(T.Load(first + offsets[t], n, 0f)) / largest, sum);
        // Zeros only, an infinity, NaN: the largest is the norm.
        var ordinary = T.And(T.LessThan(zero, largest), T.LessThan(largest, T.Create(float.PositiveInfinity)));
        return T.Select(ordinary, largest * norm.Root(sum), largest);
    }

    /// <summary>
    /// The gradient for a range of input rows, gathered: dx = Σ dy · sign(x) · (|x| / y)^(p − 1) over the windows that see the pixel,
    /// ascending; nothing where x or y is 0.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Gradient<T, TNorm>(float* x, float* y, float* gradY, PoolWindow window, TNorm norm, nint firstRow, nint rows,
        float* gradX)
        where T : unmanaged, IVec<T> where TNorm : struct, ILpNorm
    {
        nint channels = window.Channels;
        PoolAxis depth = window.Depth, height = window.Height, width = window.Width;
        nint start = firstRow * width.Input * channels;
        x += start;
        gradX += start;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            int h = (int)(row % height.Input), d = (int)(row / height.Input % depth.Input);
            nint image = row / height.Input / depth.Input;
            var (depthLow, depthHigh) = depth.Covering(d);
            var (heightLow, heightHigh) = height.Covering(h);
            for (int w = 0; w < width.Input; w++, x += channels, gradX += channels)
            {
                ElementwiseLoops.Fill<T>(0f, channels, gradX);
                var (widthLow, widthHigh) = width.Covering(w);
                for (int od = depthLow; od < depthHigh; od++)
                {
                    if (!depth.Sees(od, d)) continue;
                    for (int oh = heightLow; oh < heightHigh; oh++)
                    {
                        if (!height.Sees(oh, h)) continue;
                        nint outputRow = (image * depth.Output + od) * height.Output + oh;
                        for (int ow = widthLow; ow < widthHigh; ow++)
                        {
                            if (!width.Sees(ow, w)) continue;
                            nint at = (outputRow * width.Output + ow) * channels;
                            AddShare<T, TNorm>(x, y + at, gradY + at, channels, norm, gradX);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(In)]
    static void AddShare<T, TNorm>(float* x, float* y, float* gradY, nint channels, TNorm norm, float* gradX)
        where T : unmanaged, IVec<T> where TNorm : struct, ILpNorm
    {
        var zero = T.Create(0f);
        for (nint c = 0; c < channels; c += T.Count)
        {
            nint n = Math.Min(T.Count, channels - c);
            T v = T.Load(x + c, n, 0f), length = T.Load(y + c, n, 0f);
            var share = T.Load(gradY + c, n, 0f) * VMath.CopySign(norm.Slope(T.Abs(v) / length), v);
            share = T.Select(T.Or(T.Equal(v, zero), T.Equal(length, zero)), zero, share);
            T.Store(T.Load(gradX + c, n, 0f) + share, gradX + c, n);
        }
    }
}
