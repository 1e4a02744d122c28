using System.Runtime.CompilerServices;
using Fovea.Cpu.Simd;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// The rows of an unfolded image: what one tap of the kernel sees of a row-major channel at consecutive places, zeros where it lies in the
/// padding. They are copied out, or added back in.
/// </summary>
internal sealed unsafe class UnfoldedRows(ConvolutionSizes sizes)
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>Places of an image.</summary>
    public int Places { get; } = sizes.Output.Count;

    /// <summary>Taps of the kernel.</summary>
    public int Taps { get; } = sizes.Kernel.Count;

    /// <summary>Pixels of a channel.</summary>
    public nint Pixels { get; } = (nint)sizes.Input.Depth * sizes.Input.Height * sizes.Input.Width;

    /// <summary>A part of a line of places, of which those from Low up to, not including, High see pixels: from Pixel on.</summary>
    readonly ref struct Run
    {
        public int Count { get; init; }
        public int Low { get; init; }
        public int High { get; init; }
        public nint Pixel { get; init; }
    }

    /// <summary>Walks the lines of places.</summary>
    ref struct Walk
    {
        readonly ConvolutionSizes _sizes;
        readonly int _kz, _ky, _shift;
        int _z, _y, _x, _left;

        public Walk(ConvolutionSizes sizes, int tap, int first, int count)
        {
            _sizes = sizes;
            (int line, int kx) = Math.DivRem(tap, sizes.Kernel.Width);
            (_kz, _ky) = Math.DivRem(line, sizes.Kernel.Height);
            (line, _x) = Math.DivRem(first, sizes.Output.Width);
            (_z, _y) = Math.DivRem(line, sizes.Output.Height);
            _left = count;
            _shift = kx * sizes.Dilation.Width - sizes.Padding.Width;
        }

        public bool Next(out Run run)
        {
            run = default;
            if (_left == 0) return false;
            int count = Math.Min(_left, _sizes.Output.Width - _x), stride = _sizes.Stride.Width;
            int z = _z * _sizes.Stride.Depth - _sizes.Padding.Depth + _kz * _sizes.Dilation.Depth;
            int y = _y * _sizes.Stride.Height - _sizes.Padding.Height + _ky * _sizes.Dilation.Height;
            int low = count, high = count;
            nint pixel = 0;
            if ((uint)z < (uint)_sizes.Input.Depth && (uint)y < (uint)_sizes.Input.Height)
            {
                int x = _x * stride + _shift;
                // A stride may be as large as an integer.
                low = x >= 0 ? 0 : (int)Math.Min(count, ((long)stride - x - 1) / stride);
                high = x >= _sizes.Input.Width ? low
                    : (int)Math.Clamp(((long)_sizes.Input.Width - x + stride - 1) / stride, low, count);
                pixel = ((nint)z * _sizes.Input.Height + y) * _sizes.Input.Width + x + (nint)low * stride;
            }
            run = new() { Count = count, Low = low, High = high, Pixel = pixel };
            _left -= count;
            _x = 0;
            if (++_y == _sizes.Output.Height) (_y, _z) = (0, _z + 1);
            return true;
        }
    }

    /// <summary>Copies what a tap sees at <paramref name="count"/> places from <paramref name="first"/> on.</summary>
    [MethodImpl(Loop)]
    public void Copy(float* channel, int tap, int first, int count, float* to)
    {
        int stride = sizes.Stride.Width;
        for (var walk = new Walk(sizes, tap, first, count); walk.Next(out var run); to += run.Count)
        {
            int inside = run.High - run.Low;
            new Span<float>(to, run.Low).Clear();
            new Span<float>(to + run.High, run.Count - run.High).Clear();
            float* from = channel + run.Pixel, place = to + run.Low;
            if (stride == 1) new ReadOnlySpan<float>(from, inside).CopyTo(new(place, inside));
            else for (int i = 0; i < inside; i++, from += stride) place[i] = *from;
        }
    }

    /// <summary>Adds values at <paramref name="count"/> places from <paramref name="first"/> on to the pixels that a tap sees.</summary>
    [MethodImpl(Loop)]
    public void Add<T>(float* from, int tap, int first, int count, float* channel) where T : unmanaged, IVec<T>
    {
        int stride = sizes.Stride.Width;
        for (var walk = new Walk(sizes, tap, first, count); walk.Next(out var run); from += run.Count)
        {
            int inside = run.High - run.Low;
            float* to = channel + run.Pixel, place = from + run.Low;
            if (inside == 0) continue;
            if (stride == 1) ElementwiseLoops.Binary<T, AddBody>(to, place, inside, default, to);
            else for (int i = 0; i < inside; i++, to += stride) *to += place[i];
        }
    }
}
