using System.Numerics;

namespace Fovea.Cpu.Kernels;

/// <summary>Windows over the channels of one pixel, for the reference kernels of local response normalisation.</summary>
static class ChannelWindow
{
    /// <summary>Bias + Alpha / Size · Σ x² over the channels around one; channel 0 lies at the start.</summary>
    public static T Denominator<T>(Ops.LocalResponseNormalization op, ReadOnlySpan<T> x, int start, long stride, int channel, int channels)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        for (int c = Math.Max(0, channel - op.Before); c < Math.Min(channels, channel + op.After + 1); c++)
        {
            var value = x[start + (int)(c * stride)];
            sum += value * value;
        }
        return T.CreateChecked(op.Bias) + T.CreateChecked(op.Alpha / op.Size) * sum;
    }
}
