using System.Runtime.CompilerServices;
using Fovea.Cpu.Simd;
using Fovea.Ops;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// Grid sampling, linear over two axes, of channels-last pixels that fit one vector: without the lists of taps of the general loop, in its
/// order and with its bits.
/// </summary>
static unsafe class BilinearLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>Whether the loops compute the sampling.</summary>
    public static bool Take<T>(GridSampling sampling, int rank, nint channels) where T : unmanaged, IVec<T> =>
        rank == 2 && channels <= T.Count && sampling.Mode == Interpolation.Linear && sampling.Derivative.All(0);

    /// <summary>Some places of one image.</summary>
    [MethodImpl(Loop)]
    public static void Sample<T>(GridSampling sampling, float* x, float* grid, nint places, int height, int width, nint channels, float* y)
        where T : unmanaged, IVec<T>
    {
        nint row = width * channels;
        for (nint q = 0; q < places; q++, grid += 2, y += channels)
        {
            sampling.LinearAt(grid[1], height, out int top, out double topWeight, out double bottomWeight);
            sampling.LinearAt(grid[0], width, out int left, out double leftWeight, out double rightWeight);
            float* p = x + top * row + left * channels;
            bool l = (float)leftWeight != 0, r = (float)rightWeight != 0;
            var sum = T.Create(0f);
            if ((float)topWeight != 0)
            {
                if (l) sum = T.Fma(T.Create((float)(leftWeight * topWeight)), T.Load(p, channels, 0f), sum);
                if (r) sum = T.Fma(T.Create((float)(rightWeight * topWeight)), T.Load(p + channels, channels, 0f), sum);
            }
            if ((float)bottomWeight != 0)
            {
                if (l) sum = T.Fma(T.Create((float)(leftWeight * bottomWeight)), T.Load(p + row, channels, 0f), sum);
                if (r) sum = T.Fma(T.Create((float)(rightWeight * bottomWeight)), T.Load(p + row + channels, channels, 0f), sum);
            }
            T.Store(sum, y, channels);
        }
    }

    /// <summary>Adds the gradients of all places of one image to its pixels.</summary>
    [MethodImpl(Loop)]
    public static void Scatter<T>(GridSampling sampling, float* dy, float* grid, nint places, int height, int width, nint channels,
        float* dx) where T : unmanaged, IVec<T>
    {
        nint row = width * channels;
        for (nint q = 0; q < places; q++, grid += 2, dy += channels)
        {
            sampling.LinearAt(grid[1], height, out int top, out double topWeight, out double bottomWeight);
            sampling.LinearAt(grid[0], width, out int left, out double leftWeight, out double rightWeight);
            float* p = dx + top * row + left * channels;
            var g = T.Load(dy, channels, 0f);
            bool l = (float)leftWeight != 0, r = (float)rightWeight != 0;
            if ((float)topWeight != 0)
            {
                if (l) Add(g, leftWeight * topWeight, channels, p);
                if (r) Add(g, rightWeight * topWeight, channels, p + channels);
            }
            if ((float)bottomWeight != 0)
            {
                if (l) Add(g, leftWeight * bottomWeight, channels, p + row);
                if (r) Add(g, rightWeight * bottomWeight, channels, p + row + channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<T>(T g, double weight, nint channels, float* p) where T : unmanaged, IVec<T> =>
        T.Store(T.Fma(T.Create((float)weight), g, T.Load(p, channels, 0f)), p, channels);
}
