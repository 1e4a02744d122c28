using System.Numerics;
using Fovea.Cpu.Kernels.ConvolutionWeightGradient;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>
/// The direct weight gradient against two plain codes: one that adds in the order that the recipe names, bit for bit, and one in
/// double precision.
/// </summary>
public unsafe class WeightGradientTests
{
    [Fact]
    public void Avx512_adds_in_the_order_of_the_recipe() => CheckAll<Avx512OuterProduct>();

    [Fact]
    public void Avx2_adds_in_the_order_of_the_recipe() => CheckAll<Avx2OuterProduct>();

    [Fact]
    public void Portable_adds_in_the_order_of_the_recipe() => CheckAll<PortableOuterProduct>();

    [Fact]
    public void Depthwise_adds_in_the_order_of_the_recipe_at_every_width()
    {
        foreach (var sizes in DepthwiseCases())
        {
            using var problem = new Problem(sizes, 8);
            foreach (int lanes in SimdWidth.Supported)
            {
                float[] actual = SimdWidth.Run<DepthwiseRun, float[]>(new(problem), lanes);
                problem.CheckOrder(actual, !SimdWidth.HasFma, $"{lanes} lanes, {sizes}");
                problem.CheckValue(actual, sizes.ToString());
            }
        }
    }

    readonly struct DepthwiseRun(Problem problem) : IWidthUser<float[]>
    {
        public float[] Use<T>() where T : unmanaged, IVec<T> => problem.RunDepthwise<T>();
    }

    static IEnumerable<WeightGradientSizes> DepthwiseCases()
    {
        yield return Planar(3, 144, 1, 1, 9, 11, 3, 1, 1);
        yield return Planar(2, 70, 1, 1, 12, 12, 3, 2, 1);
        yield return Planar(2, 5, 1, 1, 10, 10, 7, 1, 3);
        yield return Planar(1, 33, 1, 1, 4, 4, 5, 1, 4);
        yield return Planar(2, 300, 1, 1, 6, 6, 3, 1, 2, dilation: 2);
        yield return Linear(2, 1, 1, 40, 4, 3, 2, 1) with { Groups = 19, InputPitch = 19, OutputPitch = 20 };
        yield return Planar(2, 17, 1, 1, 3, 9, 1, 2, 0);
        yield return new WeightGradientSizes
        {
            Samples = 2, Groups = 20, InputChannels = 1, OutputChannels = 1, Input = new(5, 6, 7), Output = new(5, 3, 7),
            Kernel = new(3, 2, 3), Stride = new(1, 2, 1), Padding = new(1, 0, 1), Dilation = new(1, 1, 1),
            InputPitch = 23, OutputPitch = 20,
        };
    }

    [Fact]
    public void Portable_tiles_for_few_registers_give_the_same_bits()
    {
        var random = new Random(3);
        using Block left = new(16 * 70, random), right = new(32 * 40, random), wide = new(512, random), narrow = new(512);
        new Span<float>(wide.Data, 512).CopyTo(new(narrow.Data, 512));
        nint* segments = stackalloc nint[] { 16 * 7, 0 };
        var block = new OuterBlock
        {
            Left = left.Data, LeftPitch = 48, Segments = segments, SegmentCount = 2, Length = 20, Right = right.Data,
            Sums = wide.Data, RowCount = 13, ColumnCount = 27, Accumulate = true,
        };
        PortableOuterProduct.RunWide(in block);
        block.Sums = narrow.Data;
        PortableOuterProduct.RunNarrow(in block);
        for (int i = 0; i < 13; i++)
            for (int j = 0; j < 27; j++) Assert.Equal(wide.Data[i * 32 + j], narrow.Data[i * 32 + j]);
    }

    [Fact]
    public void Samples_of_zeros_appended_change_no_bit()
    {
        foreach (var sizes in Cases().Where(c => c.Samples <= 9))
        {
            var longer = sizes with { Samples = sizes.Samples + 7 };
            using var problem = new Problem(sizes, 5);
            using var padded = new Problem(longer, 5);
            long inputs = problem.Input.Count, gradients = problem.Gradient.Count;
            Copy(problem.Input, padded.Input);
            Copy(problem.Gradient, padded.Gradient);
            new Span<float>(padded.Gradient.Data + gradients, (int)(padded.Gradient.Count - gradients)).Clear();
            Assert.Equal(Bits(problem.Run<PortableOuterProduct>()), Bits(padded.Run<PortableOuterProduct>()));
        }
    }

    [Fact]
    public void Any_order_of_pieces_gives_the_same_bits()
    {
        foreach (var sizes in Cases())
        {
            using var problem = new Problem(sizes, 6);
            Assert.Equal(Bits(problem.Run<PortableOuterProduct>()), Bits(problem.Run<PortableOuterProduct>(backwards: true)));
        }
    }

    static void CheckAll<T>() where T : struct, IOuterProduct
    {
        Assert.SkipUnless(T.IsSupported, $"this machine has no {T.Name}");
        foreach (var sizes in Cases())
        {
            using var problem = new Problem(sizes, 7);
            float[] actual = problem.Run<T>();
            problem.CheckOrder(actual, T.RoundsProducts, sizes.ToString());
            problem.CheckValue(actual, sizes.ToString());
        }
    }

    /// <summary>The edges by hand, then shapes at random.</summary>
    static IEnumerable<WeightGradientSizes> Cases()
    {
        yield return Planar(2, 1, 16, 32, 8, 8, 3, 1, 1);
        yield return Planar(3, 1, 64, 64, 9, 7, 3, 1, 1);
        yield return Planar(2, 1, 70, 40, 6, 6, 3, 2, 1);
        yield return Planar(5, 1, 3, 37, 21, 19, 3, 1, 1);
        yield return Planar(1, 1, 1, 32, 28, 28, 5, 1, 2);
        yield return Planar(9, 1, 1, 5, 12, 12, 5, 1, 0);
        yield return Planar(2, 1, 3, 64, 30, 30, 7, 2, 3);
        yield return Planar(3, 1, 130, 33, 5, 5, 1, 1, 0);
        yield return Planar(3, 1, 17, 70, 9, 9, 1, 2, 0);
        yield return Planar(2, 3, 5, 6, 7, 7, 3, 1, 1);
        yield return Planar(2, 2, 20, 36, 7, 7, 3, 1, 1);
        yield return Planar(2, 1, 12, 12, 10, 10, 3, 1, 2, dilation: 2);
        yield return Planar(1, 1, 8, 8, 5, 5, 3, 1, 4);
        yield return Planar(10, 1, 32, 64, 14, 14, 5, 1, 2);
        yield return Planar(40, 1, 96, 96, 4, 4, 3, 1, 1);
        yield return Planar(2, 1, 16, 16, 2, 700, 3, 1, 1);
        yield return Linear(4, 20, 24, 1000, 3, 2, 1, 1);
        yield return Linear(6, 30, 10, 50, 5, 1, 0, 1);
        yield return new WeightGradientSizes
        {
            Samples = 2, Groups = 1, InputChannels = 9, OutputChannels = 11, Input = new(5, 6, 7), Output = new(5, 3, 7),
            Kernel = new(3, 2, 3), Stride = new(1, 2, 1), Padding = new(1, 0, 1), Dilation = new(1, 1, 1), InputPitch = 9, OutputPitch = 11,
        };
        var random = new Random(11);
        for (int i = 0; i < 40; i++)
        {
            int groups = random.Next(4) == 0 ? random.Next(2, 6) : 1, inputs = random.Next(1, 40), outputs = random.Next(1, 70);
            Extent kernel = new(random.Next(5) == 0 ? 2 : 1, random.Next(1, 5), random.Next(1, 5));
            Extent stride = new(1, random.Next(1, 4), random.Next(1, 4)), dilation = new(1, random.Next(1, 3), random.Next(1, 3));
            Extent before = new(0, random.Next(3), random.Next(3)), output = new(random.Next(1, 3), random.Next(1, 12), random.Next(1, 12));
            // The image is as long as the windows need, less some padding behind, plus what no window reaches.
            int Size(int o, int k, int s, int d, int b) => Math.Max(1, (o - 1) * s + (k - 1) * d + 1 - b - random.Next(3) + random.Next(2));
            yield return new WeightGradientSizes
            {
                Samples = random.Next(1, 12), Groups = groups, InputChannels = inputs, OutputChannels = outputs,
                Input = new(Size(output.Depth, kernel.Depth, 1, 1, 0),
                    Size(output.Height, kernel.Height, stride.Height, dilation.Height, before.Height),
                    Size(output.Width, kernel.Width, stride.Width, dilation.Width, before.Width)),
                Output = output, Kernel = kernel, Stride = stride, Padding = before, Dilation = dilation,
                InputPitch = groups * inputs + random.Next(2) * 3, OutputPitch = groups * outputs + random.Next(2) * 5,
            };
        }
    }

    internal static WeightGradientSizes Planar(int samples, int groups, int inputs, int outputs, int height, int width,
        int kernel, int stride, int padding, int dilation = 1) => new()
        {
            Samples = samples, Groups = groups, InputChannels = inputs, OutputChannels = outputs, Input = new(1, height, width),
            Output = new(1, (height + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1,
            (width + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1),
            Kernel = new(1, kernel, kernel), Stride = new(1, stride, stride), Padding = new(0, padding, padding),
            Dilation = new(1, dilation, dilation), InputPitch = groups * inputs, OutputPitch = groups * outputs,
        };

    static WeightGradientSizes Linear(int samples, int inputs, int outputs, int length,
        int kernel, int stride, int padding, int dilation) => new()
        {
            Samples = samples, Groups = 1, InputChannels = inputs, OutputChannels = outputs, Input = new(1, 1, length),
            Output = new(1, 1, (length + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1),
            Kernel = new(1, 1, kernel), Stride = new(1, 1, stride), Padding = new(0, 0, padding), Dilation = new(1, 1, dilation),
            InputPitch = inputs, OutputPitch = outputs,
        };

    static void Copy(Block from, Block to) => new Span<float>(from.Data, (int)from.Count).CopyTo(new(to.Data, (int)from.Count));

    static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    sealed class Problem : IDisposable
    {
        readonly WeightGradientSizes _sizes;

        public Problem(in WeightGradientSizes sizes, int seed)
        {
            _sizes = sizes;
            var random = new Random(seed);
            Input = new((long)sizes.Samples * sizes.Input.Count * sizes.InputPitch, random);
            Gradient = new((long)sizes.Samples * sizes.Output.Count * sizes.OutputPitch, random);
        }

        public Block Input { get; }

        public Block Gradient { get; }

        public float[] Run<T>(bool backwards = false) where T : struct, IOuterProduct
        {
            var schedule = new WeightGradientSchedule(in _sizes);
            using Block shared = new(schedule.RunScratch / 4), own = new(schedule.WalkerScratch.Bytes / 4), other = new(own.Count);
            using Block weights = new(_sizes.GroupWeights * _sizes.Groups);
            for (int i = 0; i < schedule.SumPieces; i++)
            {
                int piece = backwards ? schedule.SumPieces - 1 - i : i;
                byte* scratch = (byte*)(i % 3 == 1 ? other : own).Data;
                DirectWeightGradient<T>.Sum(schedule, piece, Input.Data, Gradient.Data, shared.Data, scratch, weights.Data);
            }
            for (int i = 0; i < schedule.JoinPieces; i++)
                DirectWeightGradient<T>.Join(schedule, backwards ? schedule.JoinPieces - 1 - i : i, shared.Data, weights.Data);
            return weights.ToArray();
        }

        public float[] RunDepthwise<T>() where T : unmanaged, IVec<T>
        {
            var gradient = new ChannelwiseWeightGradient<T>(in _sizes);
            using Block scratch = new(gradient.ScratchBytes / 4), weights = new(_sizes.GroupWeights * _sizes.Groups);
            for (int piece = gradient.Pieces - 1; piece >= 0; piece--)
                gradient.Run(piece, Input.Data, Gradient.Data, scratch.Data, weights.Data);
            return weights.ToArray();
        }

        /// <summary>One multiply-add chain a leaf, over ascending pixels; the leaves as a binary tree by index.</summary>
        public void CheckOrder(float[] actual, bool rounds, string name)
        {
            string order = WeightGradientSchedule.Order(in _sizes);
            int rows = _sizes.OutputRows;
            ForEachWeight((at, group, output, input, tap) =>
            {
                var leaves = new List<float>();
                if (order == "ascending") leaves.Add(Chain(0, _sizes.Samples * rows));
                for (int n = 0; order == "tree-4-samples" && n < _sizes.Samples; n += 4)
                    leaves.Add(Chain(n * rows, Math.Min(_sizes.Samples, n + 4) * rows));
                for (int n = 0; order == "tree-16-lines" && n < _sizes.Samples; n++)
                {
                    uint places = BitOperations.RoundUpToPowerOf2((uint)(rows + 15) / 16);
                    for (int place = 0; place < places; place++)
                        leaves.Add(Chain(n * rows + Math.Min(rows, place * 16), n * rows + Math.Min(rows, place * 16 + 16)));
                }
                while (leaves.Count > 1)
                    leaves = [.. leaves.Chunk(2).Select(pair => pair.Length == 2 ? pair[0] + pair[1] : pair[0])];
                if (leaves[0] != actual[at]) Assert.Fail($"{name} {order}: weight {at} is {actual[at]:R}, expected {leaves[0]:R}");

                float Chain(int from, int to)
                {
                    float sum = 0;
                    for (int row = from; row < to; row++)
                        for (int column = 0; column < _sizes.Output.Width; column++)
                        {
                            float a = InputAt(row, column, group, input, tap), b = GradientAt(row, column, group, output);
                            sum = rounds ? a * b + sum : MathF.FusedMultiplyAdd(a, b, sum);
                        }
                    return sum;
                }
            });
        }

        /// <summary>Rounding of a chain of n terms below one: within n/2 units of 2⁻²⁴ for each term, far less in practice.</summary>
        public void CheckValue(float[] actual, string name)
        {
            ForEachWeight((at, group, output, input, tap) =>
            {
                double sum = 0, size = 0;
                for (int row = 0; row < _sizes.Samples * _sizes.OutputRows; row++)
                    for (int column = 0; column < _sizes.Output.Width; column++)
                    {
                        double product = (double)InputAt(row, column, group, input, tap) * GradientAt(row, column, group, output);
                        sum += product;
                        size += Math.Abs(product);
                    }
                double bound = 4 * Math.Sqrt(_sizes.Samples * _sizes.Output.Count) * Math.Pow(2, -24) * size + 1e-12;
                if (!(Math.Abs(sum - actual[at]) <= bound)) Assert.Fail($"{name}: weight {at} is {actual[at]:R}, expected {sum:R}");
            });
        }

        public void Dispose()
        {
            Input.Dispose();
            Gradient.Dispose();
        }

        void ForEachWeight(Action<int, int, int, int, int> check)
        {
            int at = 0, total = (int)_sizes.GroupWeights * _sizes.Groups, step = Math.Max(1, total / 400 | 1);
            for (int output = 0; output < _sizes.Groups * _sizes.OutputChannels; output++)
                for (int input = 0; input < _sizes.InputChannels; input++)
                    for (int tap = 0; tap < _sizes.Taps; tap++, at++)
                    {
                        if (at % step != 0 && at != total - 1) continue;
                        check(at, output / _sizes.OutputChannels, output % _sizes.OutputChannels, input, tap);
                    }
        }

        float InputAt(int row, int column, int group, int channel, int tap)
        {
            int line = _sizes.InputRow(row, tap / _sizes.Kernel.Width);
            int x = column * _sizes.Stride.Width + tap % _sizes.Kernel.Width * _sizes.Dilation.Width - _sizes.Padding.Width;
            if (line < 0 || (uint)x >= (uint)_sizes.Input.Width) return 0;
            return Input.Data[((long)line * _sizes.Input.Width + x) * _sizes.InputPitch + group * _sizes.InputChannels + channel];
        }

        float GradientAt(int row, int column, int group, int channel)
            => Gradient.Data[((long)row * _sizes.Output.Width + column) * _sizes.OutputPitch + group * _sizes.OutputChannels + channel];
    }
}
