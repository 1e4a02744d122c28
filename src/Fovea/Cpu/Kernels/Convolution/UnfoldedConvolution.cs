using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Convolution of channels-last images as a product of matrices, <c>y[p][o] = bias[o] + Σ over k ascending of rows[p][k] · w[k][o]</c>,
/// where a row holds what the window of pixel p sees, k counts taps, then channels of the group.
/// </summary>
/// <remarks>
/// Loop order: blocks of pixels, groups; a block's rows are made in the walker's own memory (second cache) and multiplied at once, so that
/// the whole unfolded image never exists. A first phase turns the weights from channels × taps to taps × channels.
/// </remarks>
internal sealed unsafe class UnfoldedConvolution<TMicro> where TMicro : struct, IMicroKernel
{
    // Floats of a block's rows, and most rows: packing the weights is a few per cent of the work with many.
    const int FloatsOfBlock = 96 * 1024, MostRows = 192;
    const int OutputsOfPiece = 16;

    readonly ConvolutionSizes _sizes;
    readonly TapWindow _window;
    readonly MatMulSchedule _whole, _last;
    readonly bool _hasBias;
    readonly int _depth, _rows, _blocks;

    public UnfoldedConvolution(ConvolutionSizes sizes, bool hasBias)
    {
        (_sizes, _hasBias, _window) = (sizes, hasBias, TapWindow.Forward(sizes));
        _depth = checked(_window.TapCount * sizes.GroupInputs);
        int rows = (int)Math.Min(Math.Clamp(FloatsOfBlock / _depth, TMicro.Rows, MostRows), _window.Pixels);
        _blocks = checked((int)((_window.Pixels + rows - 1) / rows));
        _rows = rows;
        _whole = Schedule(rows);
        _last = Schedule((int)(_window.Pixels - (long)(_blocks - 1) * rows));
    }

    MatMulSchedule Schedule(int rows) => MatMulSchedule.Of<TMicro>(new MatMulSizes
    {
        Rows = rows, Columns = _sizes.GroupOutputs, Depth = _depth, LeftRow = _depth, LeftDepth = 1, RightDepth = 1, RightColumn = _depth,
        OutputRow = _sizes.OutputChannels,
    });

    /// <summary>What a plan needs to know: a phase that turns the weights, a phase that computes block by block.</summary>
    public KernelWork Work => new([VectorKernels.Pieces(_sizes.OutputChannels, OutputsOfPiece), _blocks],
        (long)_sizes.OutputChannels * _depth * sizeof(float),
        RowFloats * sizeof(float) + Math.Max(_whole.ScratchBytes, _last.ScratchBytes), this);

    long RowFloats => ((long)_rows * _depth + 15) / 16 * 16;

    /// <summary>Does one piece.</summary>
    public void Run(in KernelCall call)
    {
        float* turned = (float*)call.Scratch;
        if (call.Phase == 0)
        {
            Turn((float*)call.Input(1), call.Piece * OutputsOfPiece, turned);
            return;
        }
        float* rows = (float*)call.WalkerScratch, scratch = rows + RowFloats;
        float* source = (float*)call.Input(0), bias = _hasBias ? (float*)call.Input(2) : null, target = (float*)call.Output(0);
        var schedule = call.Piece == _blocks - 1 ? _last : _whole;
        long first = (long)call.Piece * _rows;
        for (int group = 0; group < _sizes.Groups; group++)
        {
            Unfold(source + group * _sizes.GroupInputs, first, schedule.Sizes.Rows, rows);
            int output = group * _sizes.GroupOutputs;
            for (int piece = 0; piece < schedule.Pieces; piece++)
                TiledMatMul<TMicro>.Run(schedule, piece, rows, turned + (nint)output * _depth, bias == null ? null : bias + output, scratch,
                    target + (nint)first * _sizes.OutputChannels + output);
        }
    }

    /// <summary>Weights of some outputs from channels × taps to taps × channels.</summary>
    void Turn(float* weights, int first, float* turned)
    {
        int taps = _window.TapCount, channels = _sizes.GroupInputs;
        for (nint o = first; o < Math.Min(first + OutputsOfPiece, _sizes.OutputChannels); o++)
            for (int t = 0; t < taps; t++)
                for (int c = 0; c < channels; c++) turned[o * _depth + t * channels + c] = weights[o * _depth + c * taps + t];
    }

    /// <summary>What the windows of some pixels see of a group, a row each.</summary>
    void Unfold(float* source, long first, int count, float* rows)
    {
        Spatial input = _sizes.Input, output = _sizes.Output, stride = _sizes.Stride;
        int* taps = _window.Taps;
        int channels = _sizes.GroupInputs, pitch = _sizes.InputChannels;
        for (long pixel = first; pixel < first + count; pixel++)
        {
            var (line, x) = Math.DivRem(pixel, output.Width);
            (line, long y) = Math.DivRem(line, output.Height);
            var (image, z) = Math.DivRem(line, output.Depth);
            float* from = source + (nint)image * input.Count * pitch;
            for (int t = 0; t < _window.TapCount; t++, rows += channels)
            {
                int iz = (int)z * stride.Depth + taps[3 * t], iy = (int)y * stride.Height + taps[3 * t + 1];
                int ix = (int)x * stride.Width + taps[3 * t + 2];
                var row = new Span<float>(rows, channels);
                if ((uint)iz < (uint)input.Depth && (uint)iy < (uint)input.Height && (uint)ix < (uint)input.Width)
                    new ReadOnlySpan<float>(from + (((nint)iz * input.Height + iy) * input.Width + ix) * pitch, channels).CopyTo(row);
                else row.Clear();
            }
        }
    }
}
