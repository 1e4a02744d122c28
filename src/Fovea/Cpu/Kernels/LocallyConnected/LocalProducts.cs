using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Simd;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LocallyConnected;

/// <summary>
/// A locally connected layer and its gradients, row-major, vectors over the places. With U the unfolded image, rows k of channel and tap:
/// <c>y[n, o, q] = Σ over k of U[n, k, q] · w[o, k, q]</c>, <c>dU[n, k, q] = Σ over o of dy[n, o, q] · w[o, k, q]</c>,
/// <c>dw[o, k, q] = Σ over n of U[n, k, q] · dy[n, o, q]</c>: one loop over products at places that stand alone.
/// </summary>
/// <remarks>
/// The weights are most of the memory, and each is used once an image: those of an output meet a block of images while they lie in the
/// first caches. Unfolded rows are made for a block of places and images at a time. Four rows that share an operand are summed at once.
/// A sum has one accumulator; blocks spill it to the result and go on, so the blocking changes no bits.
/// </remarks>
internal sealed unsafe class LocalProducts<T> where T : unmanaged, IVec<T>
{
    // Places of a block: some vectors of every width; a row of it is a few cache lines.
    const int PlacesOfBlock = 128;
    const int ImagesOfBlock = 16;
    const int RowsAtOnce = 4;
    const int FloatsOfRows = 32 * 1024;
    const int FloatsOfSums = 64 * 1024;
    const int EnoughPieces = 32;
    const double LeastMultiplyAdds = 100_000;

    readonly ConvolutionSizes _sizes;
    readonly UnfoldedRows _rows;
    readonly int _blocks, _parts, _partSize, _stepRows, _sumImages;

    LocalProducts(ConvolutionSizes sizes, int parted, int imagesOfBlock, int least)
    {
        _sizes = sizes;
        _rows = new(sizes);
        _blocks = VectorKernels.Pieces(_rows.Places, PlacesOfBlock);
        _stepRows = Math.Clamp(FloatsOfRows / (Math.Min(imagesOfBlock, sizes.Images) * PlacesOfBlock), 1, Steps);
        _sumImages = Math.Clamp(FloatsOfSums / (RowsAtOnce * _rows.Places), 1, Math.Min(ImagesOfBlock, sizes.Images));
        double work = (double)sizes.Images * sizes.OutputChannels * Steps * _rows.Places;
        int wanted = (int)Math.Clamp(work / LeastMultiplyAdds, 1, EnoughPieces);
        _parts = Math.Clamp((wanted + least - 1) / least, 1, parted);
        _partSize = (parted + _parts - 1) / _parts;
        _parts = (parted + _partSize - 1) / _partSize;
    }

    /// <summary>Rows of the unfolded image that one output sees.</summary>
    int Steps => _sizes.GroupInputs * _rows.Taps;

    /// <summary>Whether these kernels take a layer.</summary>
    public static bool Fits(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result) =>
        T.IsSupported && ConvolutionSizes.Fit(geometry, image, weight, result);

    /// <summary>The layer: pieces are blocks of places, groups and parts of a group's outputs.</summary>
    public static KernelWork Forward(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result)
    {
        var sizes = ConvolutionSizes.Of(geometry, image, weight, result);
        int blocks = VectorKernels.Pieces(sizes.Output.Count, PlacesOfBlock);
        var products = new LocalProducts<T>(sizes, sizes.GroupOutputs, ImagesOfBlock, blocks * sizes.Groups);
        return products.Work(blocks * sizes.Groups * products._parts,
            Math.Min(ImagesOfBlock, sizes.Images) * products._stepRows * PlacesOfBlock);
    }

    /// <summary>Its input gradient: pieces are channels and parts of the images.</summary>
    public static KernelWork InputGradient(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result)
    {
        var sizes = ConvolutionSizes.Of(geometry, image, weight, result);
        var products = new LocalProducts<T>(sizes, sizes.Images, 1, sizes.InputChannels);
        return products.Work(sizes.InputChannels * products._parts, (long)products._sumImages * RowsAtOnce * sizes.Output.Count);
    }

    /// <summary>Its weight gradient: pieces are blocks of places, groups and parts of the unfolded rows.</summary>
    public static KernelWork WeightGradient(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result)
    {
        var sizes = ConvolutionSizes.Of(geometry, image, weight, result);
        int blocks = VectorKernels.Pieces(sizes.Output.Count, PlacesOfBlock);
        var products = new LocalProducts<T>(sizes, sizes.GroupInputs * sizes.Kernel.Count, 2 * ImagesOfBlock,
            blocks * sizes.Groups);
        return products.Work(blocks * sizes.Groups * products._parts,
            Math.Min(2 * ImagesOfBlock, sizes.Images) * products._stepRows * PlacesOfBlock);
    }

    KernelWork Work(int pieces, long scratchFloats) => new([pieces], WalkerScratch: scratchFloats * sizeof(float), Prepared: this);

    (int Group, int Place, int Places, int From, int To) Part(int piece, int parted)
    {
        (piece, int part) = Math.DivRem(piece, _parts);
        var (group, block) = Math.DivRem(piece, _blocks);
        int place = block * PlacesOfBlock;
        return (group, place, Math.Min(PlacesOfBlock, _rows.Places - place), part * _partSize, Math.Min(parted, (part + 1) * _partSize));
    }

    /// <summary>Does a piece of the layer.</summary>
    public void Forward(float* x, float* w, float* unfolded, int piece, float* y)
    {
        int places = _rows.Places, outputs = _sizes.OutputChannels;
        var (group, place, count, from, to) = Part(piece, _sizes.GroupOutputs);
        from += group * _sizes.GroupOutputs;
        to += group * _sizes.GroupOutputs;
        for (int image = 0; image < _sizes.Images; image += ImagesOfBlock)
        {
            int images = Math.Min(ImagesOfBlock, _sizes.Images - image);
            for (int step = 0; step < Steps; step += _stepRows)
            {
                int steps = Math.Min(_stepRows, Steps - step);
                UnfoldBlock(x, image, images, group, step, steps, place, count, unfolded);
                for (nint o = from; o < to; o++)
                    PlaceProductLoops.Sum<T>(unfolded, (nint)_stepRows * PlacesOfBlock, PlacesOfBlock,
                        w + (o * Steps + step) * places + place, places, images, steps, count, step > 0,
                        y + ((nint)image * outputs + o) * places + place, (nint)outputs * places);
            }
        }
    }

    /// <summary>Does a piece of the input gradient: a channel of some images, taps ascending.</summary>
    public void InputGradient(float* dy, float* w, float* sums, int piece, float* dx)
    {
        nint places = _rows.Places, outputs = _sizes.OutputChannels, groupOutputs = _sizes.GroupOutputs;
        var (channel, part) = Math.DivRem(piece, _parts);
        var (group, channelOfGroup) = Math.DivRem(channel, _sizes.GroupInputs);
        int from = part * _partSize, to = Math.Min(_sizes.Images, from + _partSize);
        for (int image = from; image < to; image++) ElementwiseLoops.Fill<T>(0f, _rows.Pixels, Channel(dx, image, channel));
        for (int tap = 0; tap < _rows.Taps; tap += RowsAtOnce)
            for (int image = from; image < to; image += _sumImages)
            {
                int taps = Math.Min(RowsAtOnce, _rows.Taps - tap), images = Math.Min(_sumImages, to - image);
                float* weights = w + (group * groupOutputs * Steps + channelOfGroup * _rows.Taps + tap) * places;
                for (int place = 0; place < places; place += PlacesOfBlock)
                    for (int i = 0; i < images; i++)
                        PlaceProductLoops.Sum<T>(weights + place, places, Steps * places,
                            dy + ((image + i) * outputs + group * groupOutputs) * places + place, places, taps, (int)groupOutputs,
                            (int)Math.Min(PlacesOfBlock, places - place), false, sums + (nint)i * RowsAtOnce * places + place, places);
                for (int i = 0; i < images; i++)
                    for (int t = 0; t < taps; t++)
                        _rows.Add<T>(sums + ((nint)i * RowsAtOnce + t) * places, tap + t, 0, (int)places, Channel(dx, image + i, channel));
            }
    }

    /// <summary>Does a piece of the weight gradient.</summary>
    public void WeightGradient(float* x, float* dy, float* unfolded, int piece, float* dw)
    {
        nint places = _rows.Places, outputs = _sizes.OutputChannels;
        var (group, place, count, from, to) = Part(piece, Steps);
        for (int image = 0; image < _sizes.Images; image += 2 * ImagesOfBlock)
        {
            int images = Math.Min(2 * ImagesOfBlock, _sizes.Images - image);
            for (int step = from; step < to; step += _stepRows)
            {
                int steps = Math.Min(_stepRows, to - step);
                UnfoldBlock(x, image, images, group, step, steps, place, count, unfolded);
                for (int k = 0; k < steps; k += RowsAtOnce)
                    for (nint o = group * _sizes.GroupOutputs; o < (group + 1) * _sizes.GroupOutputs; o++)
                        PlaceProductLoops.Sum<T>(unfolded + k * PlacesOfBlock, PlacesOfBlock, (nint)_stepRows * PlacesOfBlock,
                            dy + (image * outputs + o) * places + place, outputs * places, Math.Min(RowsAtOnce, steps - k), images, count,
                            image > 0, dw + (o * Steps + step + k) * places + place, places);
            }
        }
    }

    /// <summary>Rows of some unfolded images, at some places: <c>[image][row][place]</c>.</summary>
    void UnfoldBlock(float* x, int image, int images, int group, int step, int steps, int place, int count, float* to)
    {
        for (int i = 0; i < images; i++)
            for (int k = 0; k < steps; k++)
            {
                var (channel, tap) = Math.DivRem(step + k, _rows.Taps);
                _rows.Copy(Channel(x, image + i, group * _sizes.GroupInputs + channel), tap, place, count,
                    to + ((nint)i * _stepRows + k) * PlacesOfBlock);
            }
    }

    float* Channel(float* x, int image, int channel) => x + ((nint)image * _sizes.InputChannels + channel) * _rows.Pixels;
}
