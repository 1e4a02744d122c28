using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Average pooling over channels-last images and its gradient. A window's sum adds its taps in ascending order; it is divided by the taps
/// inside the input, or, with <c>countPadding</c>, by those inside the input and its padding, or by one number for all.
/// </summary>
internal static unsafe class AveragePoolLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The mean of each window, for a range of output rows. A window wholly in the padding gives 0.</summary>
    /// <param name="x">The images.</param>
    /// <param name="window">The geometry.</param>
    /// <param name="countPadding">Whether padding counts as zeros.</param>
    /// <param name="firstRow">The first output row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="offsets">Scratch memory: an integer for each tap.</param>
    /// <param name="y">The outputs, of which the rows' are written.</param>
    [MethodImpl(Loop)]
    public static void Forward<T>(float* x, PoolWindow window, bool countPadding, nint firstRow, nint rows, nint* offsets, float* y)
        where T : unmanaged, IVec<T>
    {
        nint channels = window.Channels;
        y += firstRow * window.Width.Output * channels;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            var taps = new TapRow(window, row);
            for (int o = 0; o < window.Width.Output; o++, y += channels)
            {
                int count = taps.Move(o, offsets);
                float divisor = Divisor(window, countPadding, row, o, count);
                Mean<T>(x + taps.Origin, offsets, count, channels, divisor, y);
            }
        }
    }

    /// <summary>
    /// The gradient for a range of input rows, gathered: each input adds the shares of the windows that cover it, in ascending order of
    /// the windows.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Gradient<T>(float* gradY, PoolWindow window, bool countPadding, nint firstRow, nint rows, float* gradX)
        where T : unmanaged, IVec<T>
    {
        nint channels = window.Channels;
        PoolAxis depth = window.Depth, height = window.Height, width = window.Width;
        gradX += firstRow * width.Input * channels;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            int h = (int)(row % height.Input), d = (int)(row / height.Input % depth.Input);
            nint image = row / height.Input / depth.Input;
            var (depthLow, depthHigh) = depth.Covering(d);
            var (heightLow, heightHigh) = height.Covering(h);
            for (int w = 0; w < width.Input; w++, gradX += channels)
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
                            float divisor = Divisor(window, countPadding, outputRow, ow,
                                Inside(depth, od) * Inside(height, oh) * Inside(width, ow));
                            AddScaled<T>(gradY + (outputRow * width.Output + ow) * channels, 1f / divisor, channels, gradX);
                        }
                    }
                }
            }
        }
    }

    static int Inside(PoolAxis axis, int output)
    {
        var (low, high) = axis.Inside(output);
        return high - low;
    }

    static float Divisor(PoolWindow window, bool countPadding, nint row, int output, int inside)
    {
        if (window.Divisor > 0) return window.Divisor;
        if (!countPadding) return Math.Max(inside, 1);
        int h = (int)(row % window.Height.Output), d = (int)(row / window.Height.Output % window.Depth.Output);
        return Math.Max(window.Depth.Padded(d) * window.Height.Padded(h) * window.Width.Padded(output), 1);
    }

    [MethodImpl(In)]
    static void Mean<T>(float* first, nint* offsets, int count, nint channels, float divisor, float* y) where T : unmanaged, IVec<T>
    {
        var by = T.Create(divisor);
        for (nint c = 0; c < channels; c += T.Count)
        {
            nint n = Math.Min(T.Count, channels - c);
            var sum = T.Create(0f);
            if (n == T.Count)
                for (int t = 0; t < count; t++) sum += T.Load(first + offsets[t] + c);
            else
                for (int t = 0; t < count; t++) sum += T.Load(first + offsets[t] + c, n, 0f);
            T.Store(sum / by, y + c, n);
        }
    }

    [MethodImpl(In)]
    static void AddScaled<T>(float* x, float scale, nint channels, float* y) where T : unmanaged, IVec<T>
    {
        var s = T.Create(scale);
        nint c = 0;
        for (; c <= channels - T.Count; c += T.Count) T.Store(T.Fma(T.Load(x + c), s, T.Load(y + c)), y + c);
        if (c < channels) T.Store(T.Fma(T.Load(x + c, channels - c, 0f), s, T.Load(y + c, channels - c, 0f)), y + c, channels - c);
    }
}
