using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>The weight gradient of a depthwise convolution: vectors over channels, one accumulator a weight, pixels ascending.</summary>
/// <remarks>
/// <para>Formula: <c>weights[c][t] = Σ over samples n, output pixels p of
/// gradient[n][p][c] · input[n][p·stride + t·dilation − padding][c]</c>.</para>
/// <para>Layout: input and output gradient channels-last; weights row-major.</para>
/// <para>
/// Order: a piece has some channels and one line of the kernel. For each output line, ascending, it walks the image line that the
/// kernel's line meets, two vectors of channels and up to four taps at a time: eight accumulators, which hide the latency of the
/// multiply-adds. Between lines the sums wait in the first cache.
/// </para>
/// <para>Tails: pixels whose window leaves the image go tap by tap; channels beyond the last whole vector are masked.</para>
/// </remarks>
internal sealed unsafe class ChannelwiseWeightGradient<T> where T : unmanaged, IVec<T>
{
    const int MostTaps = 4, MostPairs = 4, EnoughPieces = 8;

    readonly WeightGradientSizes _sizes;
    readonly int _chunk, _chunks;

    /// <summary>Cuts a depthwise weight gradient: a fixed function of the sizes.</summary>
    public ChannelwiseWeightGradient(in WeightGradientSizes sizes)
    {
        _sizes = sizes;
        int pair = 2 * T.Count, pairs = (sizes.Groups + pair - 1) / pair;
        _chunk = pair * Math.Clamp(pairs * sizes.RowTaps / EnoughPieces, 1, MostPairs);
        _chunks = (sizes.Groups + _chunk - 1) / _chunk;
    }

    /// <summary>Pieces of work.</summary>
    public int Pieces => checked(_chunks * _sizes.RowTaps);

    /// <summary>Bytes that a walker needs.</summary>
    public long ScratchBytes => (long)_chunk * _sizes.Kernel.Width * sizeof(float);

    /// <summary>Runs a piece.</summary>
    /// <param name="piece">From 0 to <see cref="Pieces"/>.</param>
    /// <param name="input">Channels-last.</param>
    /// <param name="gradient">Output gradient, channels-last.</param>
    /// <param name="sums">This walker's own, 64-byte aligned.</param>
    /// <param name="weights">Row-major.</param>
    public void Run(int piece, float* input, float* gradient, float* sums, float* weights)
    {
        var (chunk, line) = Math.DivRem(piece, _sizes.RowTaps);
        int first = chunk * _chunk, channels = Math.Min(_chunk, _sizes.Groups - first), taps = _sizes.Kernel.Width;
        new Span<float>(sums, _chunk * taps).Clear();
        nint inputLine = (nint)_sizes.Input.Width * _sizes.InputPitch, outputLine = (nint)_sizes.Output.Width * _sizes.OutputPitch;
        for (int row = 0; row < _sizes.Samples * _sizes.OutputRows; row++)
        {
            int source = _sizes.InputRow(row, line);
            if (source >= 0) AddLine(input + source * inputLine + first, gradient + row * outputLine + first, channels, sums);
        }
        for (int channel = 0; channel < channels; channel++)
        {
            float* to = weights + ((nint)first + channel) * _sizes.Taps + line * taps;
            // Zero is added: a sum that underflowed to −0 becomes the 0 that it is when zeros are appended.
            for (int tap = 0; tap < taps; tap++) to[tap] = sums[tap * _chunk + channel] + 0f;
        }
    }

    void AddLine(float* input, float* gradient, int channels, float* sums)
    {
        for (int tap = 0; tap < _sizes.Kernel.Width; tap += MostTaps)
        {
            int taps = Math.Min(MostTaps, _sizes.Kernel.Width - tap);
            // Pixels whose windows lie in the image for all of these taps; before and after them the taps go one by one.
            int inside = Math.Max(First(tap), First(tap + taps - 1)), end = Math.Min(End(tap), End(tap + taps - 1));
            end = Math.Max(inside, end);
            for (int i = tap; i < tap + taps; i++) Add(input, gradient, channels, i, 1, First(i), Math.Min(End(i), inside), sums);
            Add(input, gradient, channels, tap, taps, inside, end, sums);
            for (int i = tap; i < tap + taps; i++) Add(input, gradient, channels, i, 1, Math.Max(First(i), end), End(i), sums);
        }
    }

    /// <summary>The first output pixel whose tap is not before the image.</summary>
    int First(int tap)
    {
        int before = _sizes.Padding.Width - tap * _sizes.Dilation.Width, stride = _sizes.Stride.Width;
        return before <= 0 ? 0 : Math.Min(_sizes.Output.Width, (before + stride - 1) / stride);
    }

    /// <summary>One more than the last output pixel whose tap is not behind the image.</summary>
    int End(int tap)
    {
        int room = _sizes.Input.Width + _sizes.Padding.Width - tap * _sizes.Dilation.Width, stride = _sizes.Stride.Width;
        return room <= 0 ? 0 : Math.Min(_sizes.Output.Width, (room + stride - 1) / stride);
    }

    void Add(float* input, float* gradient, int channels, int tap, int taps, int from, int to, float* sums)
    {
        if (from >= to) return;
        nint column = (nint)from * _sizes.Stride.Width + tap * _sizes.Dilation.Width - _sizes.Padding.Width;
        var line = new Line
        {
            Input = input + column * _sizes.InputPitch, InputStep = (nint)_sizes.Stride.Width * _sizes.InputPitch,
            TapStep = (nint)_sizes.Dilation.Width * _sizes.InputPitch, Gradient = gradient + (nint)from * _sizes.OutputPitch,
            GradientStep = _sizes.OutputPitch, Pixels = to - from, Sums = sums + tap * (nint)_chunk, SumStep = _chunk,
        };
        int channel = 0;
        for (; channel + 2 * T.Count <= channels; channel += 2 * T.Count, line.Move(2 * T.Count)) AddVectors<Two>(in line, taps);
        for (; channel + T.Count <= channels; channel += T.Count, line.Move(T.Count)) AddVectors<One>(in line, taps);
        if (channel < channels)
            for (int i = 0; i < taps; i++) AddPart(in line, i, channels - channel);
    }

    static void AddVectors<TVectors>(in Line line, int taps) where TVectors : struct, IConstant
    {
        switch (taps)
        {
            case 4: Add<TVectors, Four>(in line); break;
            case 3: Add<TVectors, Three>(in line); break;
            case 2: Add<TVectors, Two>(in line); break;
            default: Add<TVectors, One>(in line); break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Add<TVectors, TTaps>(in Line line) where TVectors : struct, IConstant where TTaps : struct, IConstant
    {
        float* x = line.Input, g = line.Gradient, sums = line.Sums;
        nint tapStep = line.TapStep, sumStep = line.SumStep, inputStep = line.InputStep, gradientStep = line.GradientStep;
        T a0 = T.Load(sums), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        if (TVectors.Value > 1) b0 = T.Load(sums + T.Count);
        if (TTaps.Value > 1) a1 = T.Load(sums + sumStep);
        if (TTaps.Value > 1 && TVectors.Value > 1) b1 = T.Load(sums + sumStep + T.Count);
        if (TTaps.Value > 2) a2 = T.Load(sums + 2 * sumStep);
        if (TTaps.Value > 2 && TVectors.Value > 1) b2 = T.Load(sums + 2 * sumStep + T.Count);
        if (TTaps.Value > 3) a3 = T.Load(sums + 3 * sumStep);
        if (TTaps.Value > 3 && TVectors.Value > 1) b3 = T.Load(sums + 3 * sumStep + T.Count);
        for (nint pixels = line.Pixels; pixels > 0; pixels--)
        {
            T ga = T.Load(g), gb = TVectors.Value > 1 ? T.Load(g + T.Count) : ga;
            a0 = T.Fma(T.Load(x), ga, a0);
            if (TVectors.Value > 1) b0 = T.Fma(T.Load(x + T.Count), gb, b0);
            if (TTaps.Value > 1) a1 = T.Fma(T.Load(x + tapStep), ga, a1);
            if (TTaps.Value > 1 && TVectors.Value > 1) b1 = T.Fma(T.Load(x + tapStep + T.Count), gb, b1);
            if (TTaps.Value > 2) a2 = T.Fma(T.Load(x + 2 * tapStep), ga, a2);
            if (TTaps.Value > 2 && TVectors.Value > 1) b2 = T.Fma(T.Load(x + 2 * tapStep + T.Count), gb, b2);
            if (TTaps.Value > 3) a3 = T.Fma(T.Load(x + 3 * tapStep), ga, a3);
            if (TTaps.Value > 3 && TVectors.Value > 1) b3 = T.Fma(T.Load(x + 3 * tapStep + T.Count), gb, b3);
            x += inputStep;
            g += gradientStep;
        }
        T.Store(a0, sums);
        if (TVectors.Value > 1) T.Store(b0, sums + T.Count);
        if (TTaps.Value > 1) T.Store(a1, sums + sumStep);
        if (TTaps.Value > 1 && TVectors.Value > 1) T.Store(b1, sums + sumStep + T.Count);
        if (TTaps.Value > 2) T.Store(a2, sums + 2 * sumStep);
        if (TTaps.Value > 2 && TVectors.Value > 1) T.Store(b2, sums + 2 * sumStep + T.Count);
        if (TTaps.Value > 3) T.Store(a3, sums + 3 * sumStep);
        if (TTaps.Value > 3 && TVectors.Value > 1) T.Store(b3, sums + 3 * sumStep + T.Count);
    }

    /// <summary>One tap of fewer channels than a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void AddPart(in Line line, int tap, int lanes)
    {
        float* x = line.Input + tap * line.TapStep, g = line.Gradient, sums = line.Sums + tap * line.SumStep;
        T sum = T.Load(sums, lanes, 0);
        for (nint pixels = line.Pixels; pixels > 0; pixels--, x += line.InputStep, g += line.GradientStep)
            sum = T.Fma(T.Load(x, lanes, 0), T.Load(g, lanes, 0), sum);
        T.Store(sum, sums, lanes);
    }

    /// <summary>Output pixels of one line, and where they and what they meet lie; steps in floats.</summary>
    struct Line
    {
        public float* Input, Gradient, Sums;
        public nint InputStep, TapStep, GradientStep, SumStep, Pixels;

        public void Move(int channels)
        {
            Input += channels;
            Gradient += channels;
            Sums += channels;
        }
    }
}
