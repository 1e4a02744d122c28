using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>The weight gradient of a convolution as outer products of packed pixels.</summary>
/// <remarks>
/// <para>Formula: <c>weights[o][i][t] = Σ over samples n, output pixels p of
/// gradient[n][p][o] · input[n][p·stride + t·dilation − padding][i]</c>.</para>
/// <para>Layout: input and output gradient channels-last; weights row-major, <c>[O][I/groups][taps]</c>.</para>
/// <para>
/// Order: for each cache block of pixels, ascending, the part's channels of both operands are packed into the second cache,
/// <c>[16 channels][line][column][16]</c> with the borders as zeros and <c>[32 channels][pixel][32]</c>; then each (32 × 16 channels,
/// tap) block of sums takes them in. The sums stay in the second cache and are written out as weights once.
/// </para>
/// <para>
/// Few input channels would leave most rows of such a block empty. There a row is a tap and a channel, and reads the image's lines,
/// packed as they are with their borders, where it lies.
/// </para>
/// <para>Tails: channels are filled up with zeros; sums beyond the last channel are computed and dropped.</para>
/// </remarks>
internal static unsafe class DirectWeightGradient<TKernel> where TKernel : struct, IOuterProduct
{
    const int BlockFloats = OuterBlock.Rows * OuterBlock.Columns;

    /// <summary>Runs one piece of the first phase: a part's sums over a range of leaves.</summary>
    /// <param name="schedule">The cut.</param>
    /// <param name="piece">From 0 to <see cref="WeightGradientSchedule.SumPieces"/>.</param>
    /// <param name="input">Channels-last.</param>
    /// <param name="gradient">Output gradient, channels-last.</param>
    /// <param name="runScratch"><see cref="WeightGradientSchedule.RunScratch"/> bytes that all pieces share, 64-byte aligned.</param>
    /// <param name="walkerScratch">Bytes of this walker's own, 64-byte aligned.</param>
    /// <param name="weights">Row-major; written here where the piece has the whole sum.</param>
    public static void Sum(WeightGradientSchedule schedule, int piece, float* input, float* gradient,
        float* runScratch, byte* walkerScratch, float* weights)
    {
        var part = new Part(schedule, piece % schedule.Parts);
        int range = piece / schedule.Parts, size = schedule.PartFloats;
        var scratch = schedule.WalkerScratch;
        var work = new Work(schedule, part, input, gradient, walkerScratch);
        float* free = (float*)(walkerScratch + scratch.Sums);

        // A binary counter of partial sums: level l holds the sum of two to the power l leaves, or nothing.
        int levels = schedule.RangeBits + 1;
        float** tree = stackalloc float*[levels];
        float** spare = stackalloc float*[levels];
        int spares = levels;
        for (int level = 0; level < levels; level++)
        {
            tree[level] = null;
            spare[level] = free + (nint)level * size;
        }
        int first = range << schedule.RangeBits;
        int count = (int)Math.Min(1L << schedule.RangeBits, schedule.Leaves - (long)first);
        for (int leaf = 0; leaf < count; leaf++)
        {
            float* sum = null;
            var (from, to) = schedule.LeafLines(first + leaf);
            if (from < to)
            {
                sum = spare[--spares];
                work.SumLines(from, to, sum);
            }
            int level = 0;
            for (; (leaf >> level & 1) != 0; level++)
            {
                sum = Join(tree[level], sum, size, spare, ref spares);
                tree[level] = null;
            }
            tree[level] = sum;
        }
        float* total = null;
        for (int level = 0; level < levels; level++) total = Join(tree[level], total, size, spare, ref spares);

        if (schedule.LeafRanges > 1)
        {
            float* to = runScratch + (nint)piece * size;
            if (total == null) new Span<float>(to, size).Clear();
            else Unsafe.CopyBlock(to, total, (uint)(size * sizeof(float)));
            return;
        }
        nint blockSums = (nint)schedule.TapsInPart * BlockFloats;
        for (int column = 0; column < part.ColumnBlocks; column++)
            for (int row = 0; row < part.RowBlocks; row++)
                Write(schedule, part, column, row, total + (column * schedule.RowsInPart + row) * blockSums, weights);
    }

    /// <summary>Runs one piece of the second phase: the top of the tree for the sums of 32 × 16 channels.</summary>
    /// <param name="schedule">The cut.</param>
    /// <param name="piece">From 0 to <see cref="WeightGradientSchedule.JoinPieces"/>.</param>
    /// <param name="runScratch">What the first phase left.</param>
    /// <param name="weights">Row-major.</param>
    public static void Join(WeightGradientSchedule schedule, int piece, float* runScratch, float* weights)
    {
        int blocks = schedule.ColumnsInPart * schedule.RowsInPart;
        var part = new Part(schedule, piece / blocks);
        int column = piece % blocks / schedule.RowsInPart, row = piece % blocks % schedule.RowsInPart;
        if (column >= part.ColumnBlocks || row >= part.RowBlocks) return;
        nint size = schedule.PartFloats, pitch = size * schedule.Parts;
        int length = schedule.TapsInPart * BlockFloats;
        float* sums = runScratch + part.Index * size + (nint)(piece % blocks) * length;
        for (int step = 1; step < schedule.LeafRanges; step *= 2)
            for (int range = 0; range + step < schedule.LeafRanges; range += 2 * step)
                Sums.Add(sums + (range + step) * pitch, length, sums + range * pitch);
        Write(schedule, part, column, row, sums, weights);
    }

    static float* Join(float* left, float* right, int size, float** spare, ref int spares)
    {
        if (left == null) return right;
        if (right == null) return left;
        Sums.Add(right, size, left);
        spare[spares++] = right;
        return left;
    }

    static void Write(WeightGradientSchedule schedule, in Part part, int column, int row, float* sums, float* weights)
    {
        ref readonly var sizes = ref part.Sizes;
        int taps = sizes.Taps, channels = sizes.InputChannels;
        int columnStart = (part.FirstColumn + column) * 32, rowStart = (part.FirstRow + row) * 16;
        int columns = Math.Min(32, sizes.OutputChannels - columnStart);
        float* to = weights + ((nint)part.Group * sizes.OutputChannels + columnStart) * channels * taps;
        if (schedule.Gathers)
        {
            int rows = Math.Min(16, taps * channels - rowStart);
            for (int i = 0; i < rows; i++)
            {
                int tap = (rowStart + i) / channels, channel = (rowStart + i) % channels;
                Sums.Scatter(sums + i * 32, 1, 0, columns, 1, to + channel * taps + tap, (nint)channels * taps);
            }
            return;
        }
        int firstTap = part.FirstLine * sizes.Kernel.Width, channelCount = Math.Min(16, channels - rowStart);
        for (int i = 0; i < channelCount; i++)
        {
            Sums.Scatter(sums + i * 32, schedule.TapsInPart, BlockFloats, columns, 1,
                to + (nint)(rowStart + i) * taps + firstTap, (nint)channels * taps);
        }
    }

    /// <summary>A part: which of the sums.</summary>
    readonly struct Part
    {
        public readonly WeightGradientSizes Sizes;
        public readonly int Index, Group, FirstColumn, ColumnBlocks, FirstRow, RowBlocks, FirstLine;

        public Part(WeightGradientSchedule schedule, int index)
        {
            (Sizes, Index) = (schedule.Sizes, index);
            (index, int line) = Math.DivRem(index, schedule.LineParts);
            (index, int row) = Math.DivRem(index, schedule.RowParts);
            (Group, int column) = Math.DivRem(index, schedule.ColumnParts);
            FirstColumn = column * schedule.ColumnsInPart;
            ColumnBlocks = Math.Min(schedule.ColumnsInPart, schedule.ColumnBlocks - FirstColumn);
            FirstRow = row * schedule.RowsInPart;
            RowBlocks = Math.Min(schedule.RowsInPart, schedule.RowBlocks - FirstRow);
            FirstLine = line * schedule.LinesInPart;
        }
    }

    /// <summary>A part's operands and buffers.</summary>
    readonly struct Work
    {
        readonly WeightGradientSchedule _schedule;
        readonly Part _part;
        readonly float* _input, _gradient, _left, _right;
        readonly nint* _segments;
        readonly int* _slots;
        readonly float** _addresses;
        readonly int* _rows;
        readonly int _columns;

        public Work(WeightGradientSchedule schedule, in Part part, float* input, float* gradient, byte* scratch)
        {
            (_schedule, _part) = (schedule, part);
            ref readonly var sizes = ref _part.Sizes;
            _input = input + part.Group * sizes.InputChannels + (schedule.Gathers ? 0 : part.FirstRow * 16);
            _gradient = gradient + part.Group * sizes.OutputChannels + part.FirstColumn * 32;
            var place = schedule.WalkerScratch;
            _left = (float*)(scratch + place.Left);
            _right = (float*)(scratch + place.Right);
            _segments = (nint*)(scratch + place.Segments);
            _slots = (int*)(scratch + place.Slots);
            _addresses = (float**)(scratch + place.Addresses);
            _rows = (int*)(scratch + place.Rows);
            _columns = Math.Min(part.ColumnBlocks * 32, sizes.OutputChannels - part.FirstColumn * 32);
            if (!schedule.Gathers) return;
            // Of each gathered row the line of the kernel, and how far into a packed line it starts.
            int channels = sizes.InputChannels, run = sizes.Kernel.Width * channels;
            for (int row = 0; row < run * sizes.RowTaps; row++)
            {
                _rows[2 * row] = row / run;
                _rows[2 * row + 1] = row % run / channels * sizes.Dilation.Width * channels + row % channels;
            }
        }

        /// <summary>The sums over some output lines of all samples, from zero.</summary>
        public void SumLines(int from, int to, float* sums)
        {
            bool accumulate = false;
            int width = _part.Sizes.Output.Width;
            for (int row = from; row < to; row += _schedule.BlockRows)
            {
                int rows = Math.Min(_schedule.BlockRows, to - row);
                for (int column = 0; column < width; column += _schedule.BlockWidth)
                {
                    SumBlock(row, rows, column, Math.Min(_schedule.BlockWidth, width - column), sums, accumulate);
                    accumulate = true;
                }
            }
        }

        void SumBlock(int row, int rows, int column, int width, float* sums, bool accumulate)
        {
            ref readonly var sizes = ref _part.Sizes;
            // Whole lines follow each other; a part of a line stands alone in its block.
            float* from = _gradient + ((nint)row * sizes.Output.Width + column) * sizes.OutputPitch;
            nint pixels = (nint)rows * width;
            if (_schedule.Gathers)
            {
                int panel = TKernel.StridedColumns;
                float* packed = PackGradient(from, pixels, panel, pixels * panel);
                PackLines(row, rows, column, width);
                MultiplyGathered(rows, width, packed, sums, accumulate);
                return;
            }
            float* right = PackGradient(from, pixels, 32, _schedule.ColumnBlockPitch);
            var block = new OuterBlock { Right = right, Accumulate = accumulate, Segments = _segments, LeftPitch = 16 };
            if (_schedule.Copies)
            {
                CopyLines(row, rows, column, width);
                *_segments = 0;
                (block.SegmentCount, block.Length) = (1, rows * width);
            }
            else
            {
                PackLines(row, rows, column, width);
                (block.SegmentCount, block.Length) = (rows, width);
            }
            Multiply(block, rows, width, sums);
        }

        /// <summary>The output gradient in blocks of columns: where there is but one and it lies on cache lines, as it is.</summary>
        float* PackGradient(float* from, nint pixels, int width, nint pitch)
        {
            if (_part.Sizes.OutputPitch == width && _columns == width && (nint)from % 64 == 0) return from;
            WeightGradientPacking.Channels(from, _part.Sizes.OutputPitch, pixels, _columns, width, _right, pitch);
            return _right;
        }

        void Multiply(OuterBlock block, int rows, int pixels, float* sums)
        {
            ref readonly var sizes = ref _part.Sizes;
            for (int column = 0; column < _part.ColumnBlocks; column++, block.Right += _schedule.ColumnBlockPitch)
            {
                block.ColumnCount = Math.Min(32, sizes.OutputChannels - (_part.FirstColumn + column) * 32);
                for (int row = 0; row < _part.RowBlocks; row++)
                {
                    block.RowCount = Math.Min(16, sizes.InputChannels - (_part.FirstRow + row) * 16);
                    block.Sums = sums + (nint)(column * _schedule.RowsInPart + row) * _schedule.TapsInPart * BlockFloats;
                    for (int line = 0; line < _schedule.LinesInPart; line++)
                    {
                        block.Segments = _segments + line * rows;
                        for (int tap = 0; tap < sizes.Kernel.Width; tap++, block.Sums += BlockFloats)
                        {
                            var (steps, phase) = Math.DivRem(tap * sizes.Dilation.Width, sizes.Stride.Width);
                            block.Left = _left + row * _schedule.RowBlockPitch + ((nint)phase * _schedule.PhaseWidth(pixels) + steps) * 16;
                            TKernel.Run(in block);
                        }
                    }
                }
            }
        }

        /// <summary>One tap: the pixels it meets, output pixel by output pixel.</summary>
        void CopyLines(int row, int rows, int column, int width)
        {
            for (int line = 0; line < rows; line++)
                PackLine(_part.Sizes.InputRow(row + line, _part.FirstLine), column, width, _left + (nint)line * width * 16);
        }

        /// <summary>Every image line that the block needs, once; where each output line of each kernel line starts.</summary>
        void PackLines(int row, int rows, int column, int width)
        {
            ref readonly var sizes = ref _part.Sizes;
            int mapLines = sizes.Input.Depth * sizes.Input.Height;
            int firstLine = row / sizes.OutputRows * mapLines, lastLine = ((row + rows - 1) / sizes.OutputRows + 1) * mapLines;
            new Span<int>(_slots, lastLine - firstLine).Clear();
            nint pitch = _schedule.Gathers ? _schedule.LineFloats(width) : (nint)_schedule.Phases * _schedule.PhaseWidth(width) * 16;
            int next = 1;
            bool zeros = false;
            for (int tap = 0; tap < _schedule.LinesInPart; tap++)
            {
                for (int line = 0; line < rows; line++)
                {
                    int source = sizes.InputRow(row + line, _part.FirstLine + tap), slot = 0;
                    if (source >= 0)
                    {
                        slot = _slots[source - firstLine];
                        if (slot == 0)
                        {
                            slot = _slots[source - firstLine] = next++;
                            PackLine(source, column, width, _left + slot * pitch);
                        }
                    }
                    else if (!zeros)
                    {
                        zeros = true;
                        PackLine(-1, column, width, _left);
                    }
                    _segments[tap * rows + line] = slot * pitch;
                }
            }
        }

        /// <summary>Packs one image line, phase by phase, from the first tap of an output column on.</summary>
        void PackLine(int source, int column, int width, float* to)
        {
            if (_schedule.Gathers)
            {
                PackPixels(source, column, width, to);
                return;
            }
            ref readonly var sizes = ref _part.Sizes;
            int phaseWidth = _schedule.PhaseWidth(width);
            if (source < 0)
            {
                WeightGradientPacking.Zeros((nint)_schedule.Phases * phaseWidth, _part.RowBlocks, 16, to, _schedule.RowBlockPitch);
                return;
            }
            int first = column * sizes.Stride.Width - sizes.Padding.Width;
            float* line = _input + (nint)source * sizes.Input.Width * sizes.InputPitch;
            for (int phase = 0; phase < _schedule.Phases; phase++)
                PackPhase(line, first + phase, phaseWidth, to + (nint)phase * phaseWidth * 16);
        }

        /// <summary>Packs the image columns first, first + stride, …: pixels where they lie in the line, else zeros.</summary>
        void PackPhase(float* line, int first, int count, float* to)
        {
            ref readonly var sizes = ref _part.Sizes;
            int step = sizes.Stride.Width, imageWidth = sizes.Input.Width;
            int channels = Math.Min(_part.RowBlocks * 16, sizes.InputChannels - _part.FirstRow * 16);
            int before = Math.Min(count, first >= 0 ? 0 : (-first + step - 1) / step);
            int inside = Math.Max(before, Math.Min(count, first >= imageWidth ? 0 : (imageWidth - first + step - 1) / step));
            nint blockPitch = _schedule.RowBlockPitch;
            if (before > 0) WeightGradientPacking.Zeros(before, _part.RowBlocks, 16, to, blockPitch);
            if (inside > before)
            {
                WeightGradientPacking.Channels(line + (nint)(first + before * step) * sizes.InputPitch, (nint)step * sizes.InputPitch,
                    inside - before, channels, 16, to + before * 16, blockPitch);
            }
            if (inside < count) WeightGradientPacking.Zeros(count - inside, _part.RowBlocks, 16, to + inside * 16, blockPitch);
        }

        /// <summary>Packs one image line as it is, from the first tap of an output column on; outside of the image are zeros.</summary>
        void PackPixels(int source, int column, int width, float* to)
        {
            ref readonly var sizes = ref _part.Sizes;
            int channels = sizes.InputChannels, all = _schedule.LineFloats(width) / channels, imageWidth = sizes.Input.Width;
            int first = column * sizes.Stride.Width - sizes.Padding.Width;
            int before = source < 0 ? all : Math.Clamp(-first, 0, all), inside = Math.Clamp(imageWidth - first, before, all);
            if (source < 0) inside = all;
            new Span<float>(to, before * channels).Clear();
            if (inside > before)
            {
                float* line = _input + ((nint)source * imageWidth + first + before) * sizes.InputPitch;
                WeightGradientPacking.Pixels(line, sizes.InputPitch, inside - before, channels, to + before * channels);
            }
            new Span<float>(to + inside * channels, (all - inside) * channels).Clear();
        }

        /// <summary>Rows are taps and channels, read where they lie: neighbouring output pixels are a stride apart.</summary>
        void MultiplyGathered(int rows, int width, float* right, float* sums, bool accumulate)
        {
            ref readonly var sizes = ref _part.Sizes;
            int channels = sizes.InputChannels, all = channels * sizes.Taps;
            int panel = TKernel.StridedColumns;
            nint blockPitch = (nint)_schedule.RowsInPart * BlockFloats;
            nint* offsets = stackalloc nint[MicroTile.RowPitch];
            for (int i = 0; i < MicroTile.RowPitch; i++) offsets[i] = i * OuterBlock.Columns;
            var tile = new MicroTile { Rows = _addresses, Taps = rows, Depth = width, OutputOffsets = offsets, Accumulate = accumulate };
            var pixels = new StridedSteps((nint)sizes.Stride.Width * channels * sizeof(float));
            for (int first = 0; first < all; first += TKernel.StridedRows)
            {
                tile.RowCount = Math.Min(TKernel.StridedRows, all - first);
                for (int i = 0; i < MicroTile.RowPitch; i++)
                {
                    // Entries beyond the last row repeat it.
                    int* place = _rows + 2 * (first + Math.Min(i, tile.RowCount - 1));
                    nint* segments = _segments + *place * rows;
                    float* origin = _left + place[1];
                    for (int row = 0; row < rows; row++) _addresses[row * MicroTile.RowPitch + i] = origin + segments[row];
                }
                tile.Weights = right;
                for (int column = 0; column < _columns; column += panel, tile.Weights += (nint)rows * width * panel)
                {
                    tile.ColumnCount = Math.Min(panel, _columns - column);
                    tile.Output = sums + column / 32 * blockPitch + first * OuterBlock.Columns + column % 32;
                    TKernel.Run(in tile, pixels);
                }
            }
        }
    }
}
