using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>What is done where a tap of a window meets a pixel.</summary>
interface IUnfoldedTap
{
    /// <summary>Takes up x[image] and y[column], given as offsets.</summary>
    void Meet(int image, int column);
}

/// <summary>
/// Every tap of every window of an image that meets a pixel, once: x[n, c, q · stride − padding + t · dilation] and y[n, c · T + t, q].
/// Unfolding copies one way, folding adds the other way.
/// </summary>
static class UnfoldedTaps
{
    public static void ForEach<TTap>(ConvolutionGeometry geometry, Dims kernel, BoundType image, BoundType columns, TTap tap)
        where TTap : IUnfoldedTap, allows ref struct
    {
        Strides from = image.Strides, to = columns.Strides;
        var sizes = ConvolutionSizes.Of(geometry, kernel, image.Sizes);
        var places = Dims.Repeat(1, geometry.Rank);
        for (int i = 0; i < geometry.Rank; i++)
            places = places.With(i, (int)geometry.OutputSize(i, image.Sizes[i + 2], kernel[i]));

        for (int n = 0; n < image.Sizes[0]; n++)
            for (int c = 0; c < image.Sizes[1]; c++)
            {
                int row = c * sizes.Kernel.Count;
                for (var t = new Odometer(kernel); t.MoveNext(); row++)
                {
                    int column = 0;
                    for (var place = new Odometer(places); place.MoveNext(); column++)
                    {
                        long pixel = n * from[0] + c * from[1];
                        bool inside = true;
                        for (int i = 0; i < geometry.Rank; i++)
                        {
                            int at = place[i] * geometry.Stride[i] - geometry.PadBegin[i] + t[i] * geometry.Dilation[i];
                            inside &= (uint)at < (uint)image.Sizes[i + 2];
                            pixel += at * from[i + 2];
                        }
                        if (inside) tap.Meet((int)pixel, (int)(n * to[0] + row * to[1] + column * to[2]));
                    }
                }
            }
    }
}
