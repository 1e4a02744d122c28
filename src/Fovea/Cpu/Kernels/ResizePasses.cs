using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// A resize as passes over one axis each, in row-major or channels-last order: depth first, into scratch memory; then, row by row of the
/// output, the width of the rows that it needs, kept until they are no longer needed, and the height, which mixes them. The order of the
/// passes is the same for every size and layout, and so are the bits.
/// </summary>
sealed unsafe class ResizePasses<T> where T : unmanaged, IVec<T>
{
    // Elements of a piece; at least some rows, for rows that two pieces need are made twice.
    const int Grain = 32768, FewestRows = 16;

    // Pixels of fewer numbers are not worth a vector each.
    const int WidePixel = 8;

    // Rows of narrow pixels with many taps are transposed, so many at a time, and vectors run over the rows.
    const int Together = 16;

    readonly AxisTaps _depth, _height, _width;
    readonly float[] _depthWeights, _heightWeights, _widthWeights;
    readonly LaneTaps<T>? _lanes;
    readonly nint _images, _channels, _rowIn, _rowOut, _rows, _rowsOfPiece, _plane, _cut, _cuts, _planesOfPiece;
    readonly int _ring, _group;

    /// <param name="axes">The taps of every spatial axis, from the input to the output.</param>
    /// <param name="input">The input.</param>
    public ResizePasses(AxisTaps[] axes, BoundType input)
    {
        bool channelsLast = !input.Layout.IsRowMajor;
        _channels = channelsLast ? input.Sizes[1] : 1;
        _images = channelsLast ? input.Sizes[0] : (nint)input.Sizes[0] * input.Sizes[1];
        var one = AxisTaps.Identity(1);
        (_depth, _height, _width) = axes.Length switch
        {
            3 => (axes[0], axes[1], axes[2]),
            2 => (one, axes[0], axes[1]),
            // Whole pixels are rows enough.
            _ => channelsLast ? (one, axes[0], one) : (one, one, axes[0]),
        };
        (_depthWeights, _heightWeights, _widthWeights) = (_depth.SingleWeights(), _height.SingleWeights(), _width.SingleWeights());
        (_rowIn, _rowOut) = (_width.Inputs * _channels, _width.Outputs * _channels);
        if (!_width.IsIdentity && _channels < WidePixel) _lanes = new(_width, (int)_channels);
        // A step costs about what four numbers cost that are transposed.
        _group = _lanes is not null && !_width.IsSelection && _lanes.Steps > (_rowIn + _rowOut) / 4 ? Together : 1;

        _plane = _height.Inputs * _rowIn;
        _cut = Math.Max(1, Math.Min(_plane, Grain));
        _cuts = Math.Max(1, (_plane + _cut - 1) / _cut);
        _planesOfPiece = Math.Max(1, Grain / Math.Max(1, _plane));
        _rows = _images * _depth.Outputs * _height.Outputs;
        _rowsOfPiece = Math.Max(Grain / Math.Max(1, _rowOut), _width.IsIdentity ? 1 : Math.Min(FewestRows, _height.Outputs));
        _ring = _width.IsIdentity || _height.IsIdentity ? 0 : _height.Span + _group - 1;

        int rowPieces = VectorKernels.Pieces(_rows, _rowsOfPiece);
        nint planes = _images * _depth.Outputs;
        Work = new(_depth.IsIdentity ? [rowPieces] : [checked((int)((planes + _planesOfPiece - 1) / _planesOfPiece * _cuts)), rowPieces],
            Scratch: _depth.IsIdentity ? 0 : planes * _plane * sizeof(float),
            WalkerScratch: _ring * (_rowOut * sizeof(float) + sizeof(nint)) + Math.Max(_depth.Most, _height.Most) * sizeof(nint)
                + (_group > 1 ? _group * (_rowIn + _rowOut) * sizeof(float) : 0),
            Prepared: this);
    }

    /// <summary>How the work is cut.</summary>
    public KernelWork Work { get; }

    /// <summary>Where the input lies, if that is row-major or channels-last.</summary>
    public static LayoutRule Layouts(KernelCase @case)
    {
        var input = @case.Inputs[0];
        bool known = input.Layout.IsRowMajor || input.Layout.IsChannelsLast(input.Rank);
        return LayoutRule.All(known ? Placement.Common : Placement.RowMajor, @case);
    }

    /// <summary>Does one piece.</summary>
    public void Run(in KernelCall call)
    {
        bool deep = !_depth.IsIdentity;
        if (deep && call.Phase == 0) Planes((float*)call.Input(0), call.Piece, (nint*)call.WalkerScratch, (float*)call.Scratch);
        else Rows(deep ? (float*)call.Scratch : (float*)call.Input(0), call.Piece, call.WalkerScratch, (float*)call.Output(0));
    }

    void Planes(float* x, int piece, nint* scratch, float* y)
    {
        float** planes = (float**)scratch;
        nint start = piece % _cuts * _cut, length = Math.Min(_cut, _plane - start), first = piece / _cuts * _planesOfPiece;
        nint end = Math.Min(first + _planesOfPiece, _images * _depth.Outputs);
        fixed (float* weights = _depthWeights)
        {
            for (nint plane = first; plane < end; plane++)
            {
                int d = (int)(plane % _depth.Outputs);
                nint image = plane / _depth.Outputs * _depth.Inputs;
                var taps = _depth.Pixels(d);
                for (int t = 0; t < taps.Length; t++) planes[t] = x + (image + taps[t]) * _plane + start;
                ResizeLoops.Mix<T>(planes, weights + _depth.Starts[d], taps.Length, length, _depth.IsSelection, y + plane * _plane + start);
            }
        }
    }

    void Rows(float* x, int piece, nint scratch, float* y)
    {
        nint first = piece * _rowsOfPiece, end = Math.Min(first + _rowsOfPiece, _rows);
        nint* numbers = (nint*)scratch;
        float** rows = (float**)(numbers + _ring);
        float* kept = (float*)(rows + _height.Most), group = kept + _ring * _rowOut;
        if (_height.IsIdentity)
        {
            for (nint row = first; row < end; row += _group)
                Widths(x + row * _rowIn, Math.Min(_group, end - row), group, y + row * _rowOut);
            return;
        }
        new Span<nint>(numbers, _ring).Fill(-1);
        fixed (float* weights = _heightWeights)
        {
            for (nint row = first; row < end; row++)
            {
                int h = (int)(row % _height.Outputs);
                nint image = row / _height.Outputs * _height.Inputs;
                var taps = _height.Pixels(h);
                for (int t = 0; t < taps.Length; t++)
                {
                    nint number = image + taps[t];
                    rows[t] = x + number * _rowIn;
                    if (_width.IsIdentity) continue;
                    // The rows of one output lie within a span, and so do those made ahead: each has a place of its own.
                    nint place = number % _ring;
                    float* made = kept + place * _rowOut;
                    if (numbers[place] != number)
                    {
                        nint last = image + LastPixel(h, end - row), count = Math.Min(Math.Min(_group, _ring - place), last - number + 1);
                        Widths(rows[t], count, group, made);
                        for (nint i = 0; i < count; i++) numbers[place + i] = number + i;
                    }
                    rows[t] = made;
                }
                ResizeLoops.Mix<T>(rows, weights + _height.Starts[h], taps.Length, _rowOut, _height.IsSelection, y + row * _rowOut);
            }
        }
    }

    /// <summary>The last input row that so many outputs of an image need, from one on.</summary>
    int LastPixel(int h, nint outputs)
    {
        if (_group == 1) return _height.Inputs - 1;
        var taps = _height.Pixels((int)Math.Min(_height.Outputs - 1, h + outputs - 1));
        return Math.Max(taps.Length > 0 ? taps[^1] : 0, _height.Pixels(h)[^1]);
    }

    void Widths(float* x, nint rows, float* scratch, float* y)
    {
        if (rows == 1 || _group == 1)
        {
            for (nint row = 0; row < rows; row++) Width(x + row * _rowIn, y + row * _rowOut);
            return;
        }
        float* turned = scratch + rows * _rowIn;
        TransposeLoops.Transpose((uint*)x, rows, _rowIn, _rowIn, rows, (uint*)scratch);
        fixed (int* starts = _width.Starts, pixels = _width.AllPixels)
        fixed (float* weights = _widthWeights)
            ResizeLoops.Pixels<T>(scratch, starts, pixels, weights, _width.Outputs, _channels * rows, _width.IsSelection, turned);
        TransposeLoops.Transpose((uint*)turned, _rowOut, rows, rows, _rowOut, (uint*)y);
    }

    void Width(float* x, float* y)
    {
        if (_width.IsIdentity) Buffer.MemoryCopy(x, y, _rowIn * sizeof(float), _rowIn * sizeof(float));
        else if (_lanes is not null) _lanes.Run(x, y);
        else
        {
            fixed (int* starts = _width.Starts, pixels = _width.AllPixels)
            fixed (float* weights = _widthWeights)
                ResizeLoops.Pixels<T>(x, starts, pixels, weights, _width.Outputs, _channels, _width.IsSelection, y);
        }
    }
}
