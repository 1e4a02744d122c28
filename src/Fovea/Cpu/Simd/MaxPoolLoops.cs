using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Max pooling over channels-last images and its gradient. Vectors run over the channels of one pixel; the taps of a window are offsets
/// from its first one, which change only at the borders. Taps in the padding are left out.
/// </summary>
/// <remarks>
/// A NaN in a window gives NaN. Among zeros of both signs the plain loop gives −0, the one with indices the first. The winner is the first
/// largest tap, or the last NaN, as in PyTorch. The gradient adds windows in ascending order; pieces of it are images and channels, never
/// pixels.
/// </remarks>
internal static unsafe class MaxPoolLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The largest of each window, for a range of output rows.</summary>
    /// <param name="x">The images.</param>
    /// <param name="window">The geometry.</param>
    /// <param name="firstRow">The first output row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="offsets">Scratch memory: an integer for each tap.</param>
    /// <param name="y">The outputs, of which the rows' are written.</param>
    [MethodImpl(Loop)]
    public static void Forward<T>(float* x, PoolWindow window, nint firstRow, nint rows, nint* offsets, float* y)
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
                float* first = x + taps.Origin;
                if (count == 4) Largest4<T>(first, offsets, channels, y);
                else Largest<T>(first, offsets, count, channels, y);
            }
        }
    }

    /// <summary>As <see cref="Forward"/>, and the winner's flat position in its image (over the spatial axes, as in PyTorch).</summary>
    [MethodImpl(Loop)]
    public static void ForwardWithIndices<T>(float* x, PoolWindow window, nint firstRow, nint rows, nint* offsets, float* y, long* indices)
        where T : unmanaged, IVec<T>
    {
        nint channels = window.Channels, start = firstRow * window.Width.Output * channels;
        y += start;
        indices += start;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            var taps = new TapRow(window, row);
            for (int o = 0; o < window.Width.Output; o++, y += channels, indices += channels)
            {
                int count = taps.Move(o, offsets);
                float* first = x + taps.Origin;
                nint position = taps.Position;
                nint c = 0;
                for (; c <= channels - T.Count; c += T.Count)
                {
                    var (best, at) = Winner<T>(first + c, offsets, count, channels, position, T.Count);
                    T.Store(best, y + c);
                    T.StoreInt64(at, indices + c);
                }
                for (; c < channels; c++)
                {
                    var (best, at) = Winner<V1>(first + c, offsets, count, channels, position, 1);
                    V1.Store(best, y + c);
                    V1.StoreInt64(at, indices + c);
                }
            }
        }
    }

    /// <summary>
    /// The gradient, found again from the input: each window's gradient goes to its first largest tap. For channels
    /// <paramref name="firstChannel"/> to + <paramref name="count"/> of one image.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Gradient<T>(float* x, float* gradY, PoolWindow window, nint image, nint firstChannel, nint count, nint* offsets,
        float* gradX)
        where T : unmanaged, IVec<T>
    {
        nint channels = window.Channels, outputRows = (nint)window.Depth.Output * window.Height.Output;
        bool tiles = window.Tiles;
        if (!tiles) Clear<T>(gradX, window.InputPixels, channels, image, firstChannel, count);
        gradY += image * window.OutputPixels * channels + firstChannel;
        for (nint row = image * outputRows; row < (image + 1) * outputRows; row++)
        {
            var taps = new TapRow(window, row);
            for (int o = 0; o < window.Width.Output; o++, gradY += channels)
            {
                int tapCount = taps.Move(o, offsets);
                nint origin = taps.Origin + firstChannel;
                for (nint c = 0; c < count; c += T.Count)
                {
                    nint n = Math.Min(T.Count, count - c);
                    float* from = x + origin + c;
                    float* to = gradX + origin + c;
                    var g = T.Load(gradY + c, n, 0f);
                    var best = T.Create(float.NegativeInfinity);
                    T winner = T.CreateBits(0), number = winner;
                    for (int t = 0; t < tapCount; t++, number = T.AddBits(number, T.CreateBits(1)))
                    {
                        var v = T.Load(from + offsets[t], n, 0f);
                        var takes = Takes(v, best);
                        best = T.Select(takes, v, best);
                        winner = T.Select(takes, number, winner);
                    }
                    number = T.CreateBits(0);
                    for (int t = 0; t < tapCount; t++, number = T.AddBits(number, T.CreateBits(1)))
                    {
                        // Tap numbers are small integers, whose bits as floats are subnormals: distinct, and compared exactly.
                        var share = T.And(T.Equal(winner, number), g);
                        if (!tiles) share += T.Load(to + offsets[t], n, 0f);
                        T.Store(share, to + offsets[t], n);
                    }
                }
            }
        }
    }

    /// <summary>
    /// The gradient by indices that <see cref="ForwardWithIndices"/> gave, for some channels of one image; index −1 names none.
    /// </summary>
    [MethodImpl(Loop)]
    public static void GradientByIndices<T>(float* gradY, long* indices, nint inputPixels, nint outputPixels, nint channels, nint image,
        nint firstChannel, nint count, float* gradX) where T : unmanaged, IVec<T>
    {
        Clear<T>(gradX, inputPixels, channels, image, firstChannel, count);
        float* to = gradX + image * inputPixels * channels;
        nint at = image * outputPixels * channels;
        for (nint p = 0; p < outputPixels; p++, at += channels)
            for (nint c = firstChannel; c < firstChannel + count; c++)
                if ((ulong)indices[at + c] < (ulong)inputPixels) to[(nint)indices[at + c] * channels + c] += gradY[at + c];
                else PixelIndex.Check(indices[at + c], inputPixels);
    }

    /// <summary>The gradient by indices for whole channels, each a row of places that lie side by side.</summary>
    [MethodImpl(Loop)]
    public static void GradientOfRows<T>(float* gradY, long* indices, nint inputPixels, nint outputPixels, nint rows, float* gradX)
        where T : unmanaged, IVec<T>
    {
        ElementwiseLoops.Fill<T>(0f, rows * inputPixels, gradX);
        for (nint row = 0; row < rows; row++, gradY += outputPixels, indices += outputPixels, gradX += inputPixels)
            for (nint p = 0; p < outputPixels; p++)
                if ((ulong)indices[p] < (ulong)inputPixels) gradX[indices[p]] += gradY[p];
                else PixelIndex.Check(indices[p], inputPixels);
    }

    static void Clear<T>(float* gradX, nint pixels, nint channels, nint image, nint firstChannel, nint count) where T : unmanaged, IVec<T>
    {
        float* p = gradX + image * pixels * channels + firstChannel;
        if (count == channels) ElementwiseLoops.Fill<T>(0f, pixels * count, p);
        else
            for (nint i = 0; i < pixels; i++, p += channels) ElementwiseLoops.Fill<T>(0f, count, p);
    }

    /// <summary>Whether a later value takes the lead: it is larger or NaN.</summary>
    [MethodImpl(In)]
    static T Takes<T>(T value, T best) where T : unmanaged, IVec<T> => T.Or(T.LessThan(best, value), VMath.IsNaN(value));

    [MethodImpl(In)]
    static (T Best, T At) Winner<T>(float* first, nint* offsets, int count, nint channels, nint position, nint lanes)
        where T : unmanaged, IVec<T>
    {
        var best = T.Create(float.NegativeInfinity);
        var at = T.CreateBits(count == 0 ? -1 : (int)(position + offsets[0] / channels));
        for (int t = 0; t < count; t++)
        {
            var v = T.Load(first + offsets[t]);
            var takes = Takes(v, best);
            best = T.Select(takes, v, best);
            at = T.Select(takes, T.CreateBits((int)(position + offsets[t] / channels)), at);
        }
        return (best, at);
    }

    [MethodImpl(In)]
    static void Largest<T>(float* first, nint* offsets, int count, nint channels, float* y) where T : unmanaged, IVec<T>
    {
        nint c = 0;
        var least = T.Create(float.NegativeInfinity);
        for (; c <= channels - 4 * T.Count; c += 4 * T.Count)
        {
            T m0 = least, m1 = least, m2 = least, m3 = least;
            for (int t = 0; t < count; t++)
            {
                float* p = first + offsets[t] + c;
                m0 = VMath.Max(m0, T.Load(p));
                m1 = VMath.Max(m1, T.Load(p + T.Count));
                m2 = VMath.Max(m2, T.Load(p + 2 * T.Count));
                m3 = VMath.Max(m3, T.Load(p + 3 * T.Count));
            }
            T.Store(m0, y + c);
            T.Store(m1, y + c + T.Count);
            T.Store(m2, y + c + 2 * T.Count);
            T.Store(m3, y + c + 3 * T.Count);
        }
        for (; c < channels; c += T.Count)
        {
            nint n = Math.Min(T.Count, channels - c);
            var m = least;
            for (int t = 0; t < count; t++) m = VMath.Max(m, T.Load(first + offsets[t] + c, n, 0f));
            T.Store(m, y + c, n);
        }
    }

    /// <summary>Four taps, the 2×2 window: all loads at once.</summary>
    [MethodImpl(In)]
    static void Largest4<T>(float* first, nint* offsets, nint channels, float* y) where T : unmanaged, IVec<T>
    {
        float* a = first + offsets[0], b = first + offsets[1], c = first + offsets[2], d = first + offsets[3];
        nint i = 0;
        for (; i <= channels - T.Count; i += T.Count)
            T.Store(VMath.Max(VMath.Max(T.Load(a + i), T.Load(b + i)), VMath.Max(T.Load(c + i), T.Load(d + i))), y + i);
        if (i >= channels) return;
        nint n = channels - i;
        T ab = VMath.Max(T.Load(a + i, n, 0f), T.Load(b + i, n, 0f)), cd = VMath.Max(T.Load(c + i, n, 0f), T.Load(d + i, n, 0f));
        T.Store(VMath.Max(ab, cd), y + i, n);
    }
}

/// <summary>Walks the windows of one output row: where each begins and which offsets its taps inside the input have.</summary>
internal unsafe struct TapRow
{
    readonly PoolAxis _width;
    readonly int _depthLow, _depthHigh, _heightLow, _heightHigh;
    readonly nint _channels, _rowPitch, _planePitch, _base, _basePosition;
    int _low = -1, _high = -1, _count, _first;

    /// <summary>Begins the output row with this number, counted over images, depth and height.</summary>
    public TapRow(PoolWindow window, nint row)
    {
        (_width, _channels) = (window.Width, window.Channels);
        nint height = row % window.Height.Output, rest = row / window.Height.Output;
        nint depth = rest % window.Depth.Output, image = rest / window.Depth.Output;
        (_depthLow, _depthHigh) = window.Depth.Inside((int)depth);
        (_heightLow, _heightHigh) = window.Height.Inside((int)height);
        nint width = window.Width.Input, plane = width * window.Height.Input;
        _planePitch = plane * window.Depth.Dilation * _channels;
        _rowPitch = width * window.Height.Dilation * _channels;
        _basePosition = window.Depth.First((int)depth) * plane + window.Height.First((int)height) * width;
        _base = (image * window.InputPixels + _basePosition) * _channels;
    }

    /// <summary>The element where the window's first tap would lie (perhaps in the padding): offsets count from here.</summary>
    public readonly nint Origin => _base + _first * _channels;

    /// <summary>The position of the first tap within its image, perhaps negative.</summary>
    public readonly nint Position => _basePosition + _first;

    /// <summary>Moves to an output; gives the number of taps inside the input and fills their offsets where they changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Move(int output, nint* offsets)
    {
        _first = _width.First(output);
        var (low, high) = _width.Inside(output);
        if (low != _low || high != _high) Fill(low, high, offsets);
        return _count;
    }

    void Fill(int low, int high, nint* offsets)
    {
        (_low, _high, _count) = (low, high, 0);
        for (int d = _depthLow; d < _depthHigh; d++)
            for (int h = _heightLow; h < _heightHigh; h++)
                for (int w = low; w < high; w++)
                    offsets[_count++] = d * _planePitch + h * _rowPitch + w * (nint)_width.Dilation * _channels;
    }
}
