using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Writes the addresses that a tile's rows read, tap by tap. Pixels are counted through lines, planes and images without a break, so
/// that every tile but the last is full whatever the map's width. A tap outside the source reads from zeros.
/// </summary>
internal unsafe struct TileAddresses
{
    const int Pitch = MicroTile.RowPitch;

    readonly TapWindow _window;
    readonly byte* _source;
    readonly float* _zeros;
    readonly nint _stepX, _stepY, _stepZ, _image;               // bytes of the source
    readonly nint _spacingX, _spacingY, _spacingZ, _target;     // floats of the target
    int _x, _y, _z;
    nint _n;

    /// <summary>Starts at a pixel.</summary>
    /// <param name="window">What the pixels read.</param>
    /// <param name="source">The first float of the source.</param>
    /// <param name="zeros">As many zeros as a pixel of the source has floats.</param>
    /// <param name="firstPixel">The pixel, counted over all images of the window.</param>
    public TileAddresses(TapWindow window, float* source, float* zeros, long firstPixel)
    {
        _window = window;
        _source = (byte*)source;
        _zeros = zeros;
        nint pixel = (nint)window.SourcePitch * sizeof(float), line = window.Source.Width * pixel;
        (_stepX, _stepY, _stepZ) = (window.Step.Width * pixel, window.Step.Height * line, window.Step.Depth * window.Source.Height * line);
        _image = window.Source.Depth * window.Source.Height * line;
        nint targetLine = (nint)window.Target.Width * window.TargetPitch, targetPlane = window.Target.Height * targetLine;
        _spacingX = (nint)window.Spacing.Width * window.TargetPitch;
        (_spacingY, _spacingZ) = (window.Spacing.Height * targetLine, window.Spacing.Depth * targetPlane);
        _target = window.Target.Depth * targetPlane;
        (long rest, long x) = Math.DivRem(firstPixel, window.Count.Width);
        (rest, long y) = Math.DivRem(rest, window.Count.Height);
        (long n, long z) = Math.DivRem(rest, window.Count.Depth);
        (_x, _y, _z, _n) = ((int)x, (int)y, (int)z, (nint)n);
    }

    /// <summary>Writes the next tile and moves on by its rows.</summary>
    /// <param name="rows">Rows of the tile, at most <see cref="MicroTile.RowPitch"/>.</param>
    /// <param name="addresses">Gets the rows' addresses, <c>[taps][RowPitch]</c>.</param>
    /// <param name="targets">Gets the floats from the target's first to each row's place.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Next(int rows, float** addresses, nint* targets)
    {
        var window = _window;
        int* zs = stackalloc int[Pitch], ys = stackalloc int[Pitch], xs = stackalloc int[Pitch];
        nint* bases = stackalloc nint[Pitch];
        Spatial count = window.Count, step = window.Step;
        int lowX = int.MaxValue, lowY = int.MaxValue, lowZ = int.MaxValue, highX = 0, highY = 0, highZ = 0;
        int r = 0;
        while (r < rows)
        {
            nint from = (nint)_source + _n * _image + _z * _stepZ + _y * _stepY;
            nint to = (nint)window.Start.Width * window.TargetPitch + _n * _target + _z * _spacingZ + _y * _spacingY
                + ((nint)window.Start.Depth * window.Target.Height + window.Start.Height) * window.Target.Width * window.TargetPitch;
            int z = _z * step.Depth, y = _y * step.Height, end = Math.Min(count.Width, _x + rows - r);
            (lowZ, highZ) = (Math.Min(lowZ, z), Math.Max(highZ, z));
            (lowY, highY) = (Math.Min(lowY, y), Math.Max(highY, y));
            (lowX, highX) = (Math.Min(lowX, _x * step.Width), Math.Max(highX, (end - 1) * step.Width));
            for (; _x < end; _x++, r++)
            {
                (zs[r], ys[r], xs[r]) = (z, y, _x * step.Width);
                bases[r] = from + _x * _stepX;
                targets[r] = to + _x * _spacingX;
            }
            if (_x < count.Width) break;
            _x = 0;
            if (++_y < count.Height) continue;
            _y = 0;
            if (++_z < count.Depth) continue;
            _z = 0;
            _n++;
        }
        for (; r < Pitch; r++) (zs[r], ys[r], xs[r], bases[r]) = (zs[0], ys[0], xs[0], bases[0]);

        Spatial lowest = window.Lowest, highest = window.Highest, source = window.Source;
        bool inside = lowZ + lowest.Depth >= 0 && highZ + highest.Depth < source.Depth
            && lowY + lowest.Height >= 0 && highY + highest.Height < source.Height
            && lowX + lowest.Width >= 0 && highX + highest.Width < source.Width;
        if (inside) WriteInside(window.TapCount, window.Deltas, bases, (nint*)addresses);
        else WriteBorder(window, zs, ys, xs, bases, (nint)_zeros, (nint*)addresses);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void WriteInside(int taps, nint* deltas, nint* bases, nint* addresses)
    {
        for (int t = 0; t < taps; t++, addresses += Pitch)
        {
            var delta = Vector256.Create(deltas[t]);
            for (int r = 0; r < Pitch; r += Vector256<nint>.Count) (Vector256.Load(bases + r) + delta).Store(addresses + r);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void WriteBorder(TapWindow window, int* zs, int* ys, int* xs, nint* bases, nint zeros, nint* addresses)
    {
        int taps = window.TapCount;
        int* tap = window.Taps;
        nint* deltas = window.Deltas;
        uint depth = (uint)window.Source.Depth, height = (uint)window.Source.Height, width = (uint)window.Source.Width;
        for (int t = 0; t < taps; t++, tap += 3, addresses += Pitch)
        {
            // Negative numbers are large as unsigned ones: one comparison an axis.
            if (sizeof(nint) == sizeof(int))
            {
                for (int r = 0; r < Pitch; r++)
                {
                    bool inside = (uint)(zs[r] + tap[0]) < depth && (uint)(ys[r] + tap[1]) < height && (uint)(xs[r] + tap[2]) < width;
                    addresses[r] = inside ? bases[r] + deltas[t] : zeros;
                }
                continue;
            }
            Vector256<int> dz = Vector256.Create(tap[0]), dy = Vector256.Create(tap[1]), dx = Vector256.Create(tap[2]);
            Vector256<long> delta = Vector256.Create((long)deltas[t]), outside = Vector256.Create((long)zeros);
            for (int r = 0; r < Pitch; r += Vector256<int>.Count)
            {
                var inside = Vector256.LessThan((Vector256.Load(zs + r) + dz).AsUInt32(), Vector256.Create(depth))
                    & Vector256.LessThan((Vector256.Load(ys + r) + dy).AsUInt32(), Vector256.Create(height))
                    & Vector256.LessThan((Vector256.Load(xs + r) + dx).AsUInt32(), Vector256.Create(width));
                var (low, high) = Vector256.Widen(inside.AsInt32());
                long* from = (long*)bases + r, to = (long*)addresses + r;
                Vector256.ConditionalSelect(low, Vector256.Load(from) + delta, outside).Store(to);
                Vector256.ConditionalSelect(high, Vector256.Load(from + 4) + delta, outside).Store(to + 4);
            }
        }
    }
}
