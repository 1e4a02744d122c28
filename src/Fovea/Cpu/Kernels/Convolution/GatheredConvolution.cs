using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Direct convolution of an image with few channels, a network's first layer: taps × channels are one flat reduction, read through a
/// table of offsets from a padded copy of the lines that a band of output lines needs. The image may lie in any layout.
/// </summary>
/// <remarks>
/// Loop order: bands, tiles of pixels (over line ends), blocks of columns. The copy holds the image's lines as they lie, whole planes a
/// channel or channels innermost, with zeros around them. The sums are those of <see cref="TiledConvolution{TMicro}"/>, bit for bit.
/// </remarks>
internal sealed unsafe class GatheredConvolution<TMicro> where TMicro : struct, IMicroKernel
{
    // The copied lines stay in L1 beside a block of weights.
    const int MostCopyBytes = 24 * 1024;

    readonly ConvolutionSizes _sizes;
    readonly WeightPacking _packing;
    readonly bool _hasBias, _interleaved, _wholeLines;
    readonly int _bands, _bandLines, _copyHeight, _copyWidth, _pixel, _line;
    readonly nint _imageStride, _channelStride, _depthStride, _heightStride, _widthStride, _channelPlane, _depthPlane, _copyFloats;
    readonly nint[] _offsets;       // bytes of each step from a pixel's first tap, pinned

    /// <summary>Decides the cut and lays out the copy.</summary>
    /// <param name="sizes">The convolution; one group.</param>
    /// <param name="image">The type of the input, whose layout the copy follows.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    public GatheredConvolution(ConvolutionSizes sizes, BoundType image, bool hasBias)
    {
        (_sizes, _hasBias) = (sizes, hasBias);
        var window = TapWindow.Forward(sizes);
        _packing = WeightPacking.Forward<TMicro>(window, sizes);
        var strides = image.Strides;
        int rank = image.Rank - 2;
        (_imageStride, _channelStride, _widthStride) = ((nint)strides[0], (nint)strides[1], (nint)strides[rank + 1]);
        _heightStride = rank >= 2 ? (nint)strides[rank] : 0;
        _depthStride = rank == 3 ? (nint)strides[2] : 0;
        _interleaved = _channelStride == 1 && sizes.InputChannels > 1;
        _wholeLines = _widthStride == (_interleaved ? sizes.InputChannels : 1);

        Spatial kernel = sizes.Kernel, stride = sizes.Stride, dilation = sizes.Dilation;
        _copyWidth = (sizes.Output.Width - 1) * stride.Width + (kernel.Width - 1) * dilation.Width + 1;
        int lineFloats = _copyWidth * sizes.InputChannels * kernel.Depth;
        int most = (MostCopyBytes / sizeof(float) / lineFloats - (kernel.Height - 1) * dilation.Height - 1) / stride.Height + 1;
        _bands = (sizes.Output.Height + Math.Max(1, most) - 1) / Math.Max(1, most);
        _bandLines = (sizes.Output.Height + _bands - 1) / _bands;
        _bands = (sizes.Output.Height + _bandLines - 1) / _bandLines;
        _copyHeight = (_bandLines - 1) * stride.Height + (kernel.Height - 1) * dilation.Height + 1;
        _pixel = _interleaved ? sizes.InputChannels : 1;
        _line = _copyWidth * _pixel;
        nint plane = (nint)_copyHeight * _line;
        _channelPlane = _interleaved ? 1 : plane;
        _depthPlane = _interleaved ? plane : plane * sizes.InputChannels;
        _copyFloats = (kernel.Depth * _depthPlane + 15) / 16 * 16;
        _offsets = GC.AllocateUninitializedArray<nint>(window.TapCount * sizes.InputChannels, pinned: true);
        int step = 0;
        for (int z = 0; z < kernel.Depth; z++)
            for (int y = 0; y < kernel.Height; y++)
                for (int x = 0; x < kernel.Width; x++)
                    for (int c = 0; c < sizes.InputChannels; c++)
                        _offsets[step++] = sizeof(float)
                            * (z * _depthPlane + (nint)y * dilation.Height * _line + x * dilation.Width * _pixel + c * _channelPlane);
    }

    /// <summary>What a plan needs to know: a phase that packs the weights, a phase that computes band by band.</summary>
    public KernelWork Work => new(
        [_packing.Units, checked(_sizes.Images * _sizes.Output.Depth * _bands)],
        checked((_packing.Floats + (long)_packing.Units * TMicro.Columns) * sizeof(float)), (long)_copyFloats * sizeof(float), this);

    /// <summary>Does one piece.</summary>
    public void Run(in KernelCall call)
    {
        float* packed = (float*)call.Scratch, bias = packed + _packing.Floats;
        if (call.Phase == 0)
        {
            _packing.Pack((float*)call.Input(1), packed, call.Piece);
            if (_hasBias) _packing.PackBias((float*)call.Input(2), bias, call.Piece);
            return;
        }
        float* image = (float*)call.Input(0), copy = (float*)call.WalkerScratch, target = (float*)call.Output(0);
        if (_hasBias) Compute(image, packed, copy, call.Piece, target, new BiasSource(bias), default(BiasEpilogue));
        else Compute(image, packed, copy, call.Piece, target, new NoEpilogueSource(), default(NoEpilogue));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute<TSource, TEpilogue>(float* image, float* packed, float* copy, int piece, float* target, TSource epilogues, TEpilogue _)
        where TSource : struct, IEpilogueSource<TEpilogue> where TEpilogue : struct, IEpilogue
    {
        var output = _sizes.Output;
        (int place, int band) = Math.DivRem(piece, _bands);
        (int n, int z) = Math.DivRem(place, output.Depth);
        int firstLine = band * _bandLines, lines = Math.Min(_bandLines, output.Height - firstLine);
        Copy(image + n * _imageStride, z, firstLine, lines, copy);

        float** rows = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        target += ((nint)place * output.Height + firstLine) * output.Width * _sizes.OutputChannels;
        for (int r = 0; r < MicroTile.RowPitch; r++) offsets[r] = (nint)r * _sizes.OutputChannels;
        nint lineStep = (nint)_sizes.Stride.Height * _line, pixelStep = (nint)_sizes.Stride.Width * _pixel;
        var steps = new GatheredSteps((nint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_offsets)));
        var tile = new MicroTile { Taps = 1, Depth = _offsets.Length, Rows = rows, OutputOffsets = offsets };
        int x = 0;
        float* line = copy;
        for (int pixels = lines * output.Width; pixels > 0; pixels -= TMicro.Rows)
        {
            tile.RowCount = Math.Min(pixels, TMicro.Rows);
            for (int r = 0; r < tile.RowCount; r++)
            {
                rows[r] = line + x * pixelStep;
                if (++x < output.Width) continue;
                x = 0;
                line += lineStep;
            }
            for (int unit = 0; unit < _packing.Units; unit++)
            {
                tile.Weights = packed + _packing.BlockStart(0, unit);
                tile.Output = target + _packing.FirstColumn(unit);
                tile.ColumnCount = _packing.ColumnCount(unit);
                TMicro.Run(in tile, steps, epilogues.At(unit * TMicro.Columns));
            }
            target += (nint)TMicro.Rows * _sizes.OutputChannels;
        }
    }

    /// <summary>Copies the lines that a band reads, with zeros where they reach over the image's edge.</summary>
    void Copy(float* image, int outputDepth, int firstLine, int lines, float* copy)
    {
        Spatial input = _sizes.Input, stride = _sizes.Stride, dilation = _sizes.Dilation, padding = _sizes.Padding;
        int height = (lines - 1) * stride.Height + (_sizes.Kernel.Height - 1) * dilation.Height + 1;
        int before = Math.Min(_copyWidth, padding.Width), inside = Math.Clamp(input.Width, 0, _copyWidth - before);
        for (int kz = 0; kz < _sizes.Kernel.Depth; kz++)
        {
            int z = outputDepth * stride.Depth - padding.Depth + kz * dilation.Depth;
            for (int c = 0; c < (_interleaved ? 1 : _sizes.InputChannels); c++)
                for (int ky = 0; ky < height; ky++)
                {
                    int y = firstLine * stride.Height - padding.Height + ky;
                    var to = new Span<float>(copy + kz * _depthPlane + c * _channelPlane + (nint)ky * _line, _line);
                    if ((uint)z >= (uint)input.Depth || (uint)y >= (uint)input.Height)
                    {
                        to.Clear();
                        continue;
                    }
                    float* from = image + z * _depthStride + y * _heightStride + c * _channelStride;
                    to[..(before * _pixel)].Clear();
                    to[((before + inside) * _pixel)..].Clear();
                    to = to.Slice(before * _pixel, inside * _pixel);
                    if (_wholeLines) new ReadOnlySpan<float>(from, to.Length).CopyTo(to);
                    else for (int i = 0; i < to.Length; i++) to[i] = from[i / _pixel * _widthStride + i % _pixel];
                }
        }
    }
}
