using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>What is done with one product of a convolution: the operator decides which of the three is the sum.</summary>
interface ICorrelationTerm
{
    /// <summary>Takes up x[image] · w[weight] → y[output], given as offsets.</summary>
    void Add(int image, int weight, int output);
}

/// <summary>
/// Every product of a convolution, once: y[n, o, q] += x[n, c, q · stride − padding + t · dilation] · w[o, c, t]. Convolution sums into y,
/// its transpose into x, its weight gradient into w: three kernels, one loop. Weights that have places of their own, w[o, c, t, q], are
/// those of a locally connected layer.
/// </summary>
static class CorrelationTerms
{
    public static void ForEach<TTerm>(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType output, TTerm term)
        where TTerm : ICorrelationTerm, allows ref struct
    {
        int rank = geometry.Rank, channels = weight.Sizes[1], groupOutputs = weight.Sizes[0] / geometry.Groups;
        Dims places = new(output.Sizes.AsSpan()[2..]), taps = new(weight.Sizes.AsSpan().Slice(2, rank));
        bool shared = weight.Rank == 2 + rank;
        Strides imageStrides = image.Strides, weightStrides = weight.Strides, outputStrides = output.Strides;

        for (int n = 0; n < image.Sizes[0]; n++)
            for (int o = 0; o < weight.Sizes[0]; o++)
                for (var place = new Odometer(places); place.MoveNext();)
                {
                    int outputAt = (int)(n * outputStrides[0] + o * outputStrides[1]) + place.Offset(outputStrides, 2);
                    int weightPlace = shared ? 0 : place.Offset(weightStrides, 2 + rank);
                    for (int c = 0; c < channels; c++)
                    {
                        int channel = o / groupOutputs * channels + c;
                        long imageChannel = n * imageStrides[0] + channel * imageStrides[1];
                        long weightChannel = o * weightStrides[0] + c * weightStrides[1] + weightPlace;
                        for (var tap = new Odometer(taps); tap.MoveNext();)
                        {
                            long imageAt = imageChannel;
                            bool inside = true;
                            for (int i = 0; i < rank; i++)
                            {
                                int pixel = place[i] * geometry.Stride[i] - geometry.PadBegin[i] + tap[i] * geometry.Dilation[i];
                                inside &= (uint)pixel < (uint)image.Sizes[i + 2];
                                imageAt += pixel * imageStrides[i + 2];
                            }
                            if (inside) term.Add((int)imageAt, (int)weightChannel + tap.Offset(weightStrides, 2), outputAt);
                        }
                    }
                }
    }
}
