using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.Convolution;

namespace Fovea.Cpu.Kernels.DeformableUnfold;

/// <summary>
/// The corners of one tap at a block of places, found once for all channels of an offset group: where the four pixels lie, and how much of
/// each is seen. A corner outside the image is its first pixel, of which nothing is seen.
/// </summary>
internal unsafe struct CornerTable
{
    /// <summary>Places of a block.</summary>
    public const int Places = 128;

    /// <summary>Bytes of a table.</summary>
    public const int Bytes = (4 * sizeof(int) + 10 * sizeof(float)) * Places;

    /// <summary>Where a corner of each place lies in a channel.</summary>
    public readonly int* Pixels(int corner) => _pixels + corner * Places;

    /// <summary>How much of a corner is seen from each place.</summary>
    public readonly float* Weights(int corner) => _weights + corner * Places;

    /// <summary>How far each place lies below the upper corners.</summary>
    public readonly float* Down => _weights + 4 * Places;

    /// <summary>How far each place lies to the right of the left corners.</summary>
    public readonly float* Right => _weights + 5 * Places;

    /// <summary>1 where a corner is inside the image, else 0.</summary>
    public readonly float* Inside(int corner) => _weights + (6 + corner) * Places;

    readonly int* _pixels;
    readonly float* _weights;

    /// <summary>A table in memory of <see cref="Bytes"/>.</summary>
    public CornerTable(byte* memory)
    {
        _pixels = (int*)memory;
        _weights = (float*)(memory + 4 * sizeof(int) * Places);
    }

    /// <summary>Finds the corners.</summary>
    /// <param name="sizes">The windows.</param>
    /// <param name="tap">The tap.</param>
    /// <param name="first">The first place.</param>
    /// <param name="count">How many.</param>
    /// <param name="vertical">The vertical offsets, from the first place on.</param>
    /// <param name="horizontal">The horizontal ones.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Fill(ConvolutionSizes sizes, int tap, int first, int count, float* vertical, float* horizontal)
    {
        var (ty, tx) = Math.DivRem(tap, sizes.Kernel.Width);
        var (oy, ox) = Math.DivRem(first, sizes.Output.Width);
        int height = sizes.Input.Height, width = sizes.Input.Width;
        for (int i = 0; i < count; i++)
        {
            float y = oy * sizes.Stride.Height - sizes.Padding.Height + ty * sizes.Dilation.Height + vertical[i];
            float x = ox * sizes.Stride.Width - sizes.Padding.Width + tx * sizes.Dilation.Width + horizontal[i];
            float top = MathF.Floor(y), left = MathF.Floor(x), down = y - top, right = x - left;
            (Down[i], Right[i]) = (down, right);
            int row = (int)Math.Clamp(top, -2f, height), column = (int)Math.Clamp(left, -2f, width);
            for (int corner = 0; corner < 4; corner++)
            {
                int below = row + corner / 2, beside = column + corner % 2;
                bool inside = (uint)below < (uint)height && (uint)beside < (uint)width;
                Inside(corner)[i] = inside ? 1 : 0;
                Pixels(corner)[i] = inside ? below * width + beside : 0;
                Weights(corner)[i] = inside ? (corner / 2 == 0 ? 1 - down : down) * (corner % 2 == 0 ? 1 - right : right) : 0;
            }
            if (++ox == sizes.Output.Width) (ox, oy) = (0, oy + 1);
        }
    }
}
