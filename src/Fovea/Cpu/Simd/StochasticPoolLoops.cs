using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Stochastic pooling over channels-last images: of each window one tap, with the probability of its share of Σ |x|. Sums add taps in
/// ascending order.
/// </summary>
internal static unsafe class StochasticPoolLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The tap at which the sum so far reaches the fraction of u times the whole, for a range of output rows.</summary>
    /// <param name="x">The images.</param>
    /// <param name="u">A number for each output, of which the fraction counts.</param>
    /// <param name="window">The geometry.</param>
    /// <param name="firstRow">The first output row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="offsets">Scratch memory: an integer for each tap.</param>
    /// <param name="y">The outputs, of which the rows' are written.</param>
    /// <param name="indices">The flat position of each output's tap in its image; −1 for a window without pixels.</param>
    [MethodImpl(Loop)]
    public static void Forward<T>(float* x, float* u, PoolWindow window, nint firstRow, nint rows, nint* offsets, float* y, long* indices)
        where T : unmanaged, IVec<T>
    {
        nint channels = window.Channels, start = firstRow * window.Width.Output * channels;
        u += start;
        y += start;
        indices += start;
        for (nint row = firstRow; row < firstRow + rows; row++)
        {
            var taps = new TapRow(window, row);
            for (int o = 0; o < window.Width.Output; o++, u += channels, y += channels, indices += channels)
            {
                int count = taps.Move(o, offsets);
                float* first = x + taps.Origin;
                nint c = 0;
                for (; c <= channels - T.Count; c += T.Count)
                    Draw<T>(first + c, u + c, offsets, count, channels, taps.Position, y + c, indices + c);
                for (; c < channels; c++) Draw<V1>(first + c, u + c, offsets, count, channels, taps.Position, y + c, indices + c);
            }
        }
    }

    [MethodImpl(In)]
    static void Draw<T>(float* first, float* u, nint* offsets, int count, nint channels, nint position, float* y, long* indices)
        where T : unmanaged, IVec<T>
    {
        T zero = T.Create(0f), all = T.CreateBits(-1), total = zero;
        for (int t = 0; t < count; t++) total += T.Abs(T.Load(first + offsets[t]));
        var drawn = T.Load(u);
        T target = (drawn - T.Floor(drawn)) * total, sum = zero, value = zero, at = all, open = all;
        for (int t = 0; t < count; t++)
        {
            var v = T.Load(first + offsets[t]);
            sum += T.Abs(v);
            var share = T.Xor(T.Equal(v, zero), all);
            // The first tap stands for a window of zeros, the last that is not 0 for one whose target is no number.
            var takes = t == 0 ? all : T.And(open, share);
            value = T.Select(takes, v, value);
            at = T.Select(takes, T.CreateBits((int)(position + offsets[t] / channels)), at);
            open = T.And(open, T.Xor(T.And(T.And(takes, share), T.LessOrEqual(target, sum)), all));
        }
        T.Store(T.Select(VMath.IsNaN(total), total, value), y);
        T.StoreInt64(at, indices);
    }
}
