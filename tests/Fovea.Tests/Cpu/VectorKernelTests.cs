using Fovea.Cpu;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>
/// The kernels over vectors, on every width, against the naive kernel of their operator: the catalog's samples and sizes that need many
/// pieces, in both layouts, pieces forwards and backwards. Equal recipes must give equal bits.
/// </summary>
public sealed class VectorKernelTests
{
    public static TheoryData<string> Operators => [.. OpCatalog.All.Where(op => Vectors(op).Any()).Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Kernels_agree_with_the_naive_one_on_the_samples(string name)
    {
        var prototype = OpCatalog.All.Single(op => op.Name == name);
        int number = 0;
        foreach (var sample in prototype.Samples())
            Check(sample.Op, [.. sample.Inputs.Select(i => TestValue.Draw(i, ++number))]);
    }

    public static TheoryData<int> Larger => [.. Enumerable.Range(0, Cases().Count)];

    [Theory]
    [MemberData(nameof(Larger))]
    public void Kernels_agree_with_the_naive_one_on_many_pieces(int number)
    {
        var (op, inputs) = Cases()[number];
        Check(op, inputs);
    }

    static List<(Op Op, TestValue[] Inputs)> Cases()
    {
        static TestValue Of(params int[] sizes) => TestValue.Normal(new Dims(sizes), sizes.Sum() + 1);
        static TestValue Truth(params int[] sizes) => TestValue.Fill(new Dims(sizes), i => i * 7 % 3 == 0);
        static TestValue Positive(int count) => TestValue.Fill([count], i => 0.5f + i % 7);
        PoolingGeometry two = PoolingGeometry.Of(2, [2], [2], [], []), three = PoolingGeometry.Of(2, [3], [2], [1], []);
        return
        [
            (new Unary(UnaryFunction.Tanh), [Of(3, 50_001)]),
            (new Unary(UnaryFunction.Relu), [Of(2, 20, 40, 41)]),
            (new Binary(BinaryFunction.Add), [Of(3, 50_001), Of(3, 50_001)]),
            (new Binary(BinaryFunction.Multiply), [Of(5, 3, 100, 100), Of(3, 1, 1)]),
            (new Binary(BinaryFunction.Subtract), [Of(3, 1, 1), Of(5, 3, 100, 100)]),
            (new Binary(BinaryFunction.Divide), [Of(7, 60, 1, 1), Of(7, 60, 20, 9)]),
            (new Binary(BinaryFunction.Add), [Of(40_000, 3), Of(3)]),
            (new Binary(BinaryFunction.Maximum), [Of(1000, 1), Of(1, 100)]),
            (new Binary(BinaryFunction.Minimum), [Of(2, 100_000), Of(2, 1)]),
            (new Binary(BinaryFunction.Subtract), [Of(30, 40, 50), Of(30, 1, 50)]),
            (new Binary(BinaryFunction.Less), [Of(30, 40, 50), Of(30, 1, 50)]),
            (new Binary(BinaryFunction.GreaterOrEqual), [Of(1, 1), Of(300, 201)]),
            (new Binary(BinaryFunction.Add), [Of(4, 5, 6, 7), Of(5, 6, 7)]),
            (new Reduce(Reduction.Sum, [0, 1]), [Of(300, 401)]),
            (new Reduce(Reduction.Mean, [0, 2, 3]), [Of(10, 7, 40, 40)]),
            (new Reduce(Reduction.Max, [1]), [Of(3, 100_000)]),
            (new Reduce(Reduction.Sum, [0]), [Of(5000, 130)]),
            (new Reduce(Reduction.Mean, [2, 3]), [Of(9, 21, 30, 40)]),
            (new Reduce(Reduction.Sum, [3]), [Of(9, 21, 30, 40)]),
            (new Reduce(Reduction.Min, [1], true), [Of(9, 21, 30, 40)]),
            (new Reduce(Reduction.Sum, [0, 2]), [Of(9, 11, 30, 17)]),
            (new Reduce(Reduction.Mean, [1, 3]), [Of(9, 2100, 3, 4)]),
            (new BroadcastTo([4, 3, 100, 70]), [Of(3, 1, 1)]),
            (new BroadcastTo([4, 30, 100]), [Of(4, 1, 100)]),
            (new BroadcastTo([50_000]), [Of(1)]),
            (new Softmax(1), [Of(700, 100)]),
            (new Softmax(1), [Of(3, 21, 60, 50)]),
            (new LogSoftmax(1), [Of(3, 21, 60, 50)]),
            (new CrossEntropy(0.1f), [Of(3000, 10), TestValue.Fill<long>([3000], i => i % 11 - 1)]),
            (new CrossEntropyGradient(0.1f), [Of(3, 21, 60, 50), TestValue.Fill<long>([3, 60, 50], i => i % 22 - 1), Of(3, 60, 50)]),
            (new BatchNormalizationTraining(), [Of(9, 6, 30, 31), Of(6), Of(6)]),
            (new BatchNormalizationTraining(), [Of(9, 70, 20, 10), Of(70), Of(70)]),
            (new BatchNormalizationTraining(), [Of(2, 520, 7, 7), Of(520), Of(520)]),
            (new BatchNormalizationGradient(), [Of(9, 6, 30, 31), Of(6), Of(6), Positive(6), Of(9, 6, 30, 31)]),
            (new BatchNormalizationGradient(), [Of(2, 520, 7, 7), Of(520), Of(520), Positive(520), Of(2, 520, 7, 7)]),
            (new BatchNormalization(), [Of(9, 6, 30, 31), Of(6), Of(6), Of(6), Positive(6)]),
            (new ArgMax(1), [Of(700, 100)]),
            (new ArgMax(1), [Of(3, 21, 60, 50)]),
            (new ArgMax(2, true), [Of(3, 21, 60, 50)]),
            (new Select(), [Truth(30, 40, 50), Of(30, 1, 50), Of(40, 1)]),
            (new Select(), [Truth(40, 1), Of(30, 40, 50), Of(1)]),
            (new AdamUpdate(WeightDecay: 0.1), [Of(40_000), Of(40_000), Of(40_000), Positive(40_000), Of(), TestValue.Fill([], _ => 3L)]),
            (new SgdUpdate(0.9, true, 0.01), [Of(200, 201), Of(200, 201), Of(200, 201), Of()]),
            (new Transpose([1, 0]), [Of(300, 401)]),
            (new Transpose([0, 2, 3, 1]), [Of(5, 60, 30, 20)]),
            (new Transpose([3, 1, 0, 2]), [Of(5, 60, 30, 20)]),
            (new Concat(1), [Of(5, 60, 30, 20), Of(5, 3, 30, 20), Of(5, 17, 30, 20)]),
            (new Concat(3), [Of(5, 60, 30, 20), Of(5, 60, 30, 1)]),
            (new Slice(1, 7, 31), [Of(5, 60, 30, 20)]),
            (new Slice(3, 19, 7, -2), [Of(5, 60, 30, 20)]),
            (new SliceGradient(2, 3, 70, 2), [Of(5, 60, 30, 20)]),
            (new Pad([0, 0, 1, 2], [0, 5, -3, 2], 0.5f), [Of(5, 60, 30, 20)]),
            (new Gather(), [Of(5000, 300), TestValue.Fill<long>([7, 56], i => i * 7919 % 5000)]),
            (new Gather(1), [Of(50, 30, 40), TestValue.Fill<int>([70], i => i % 60 - 30)]),
            (new GatherGradient(0, 500), [Of(7, 56, 300), TestValue.Fill<long>([7, 56], i => i * 79 % 500)]),
            (new GatherGradient(1, 30), [Of(50, 70, 40), TestValue.Fill<int>([70], i => i % 60 - 30)]),
            (new MaxPool(two), [Of(5, 33, 30, 20)]),
            (new MaxPool(two, true), [Of(5, 33, 30, 20)]),
            (new MaxPool(three, true), [Of(3, 64, 31, 31)]),
            (new AveragePool(three, true), [Of(3, 64, 31, 31)]),
            (new AveragePool(three), [Of(3, 10, 31, 31)]),
            (new AveragePoolGradient(three, false, [31, 31]), [Of(3, 70, 16, 16)]),
            (new MaxPoolGradient([30, 20]), [Of(5, 70, 15, 10), TestValue.Fill<long>([5, 70, 15, 10], i => i * 7919L % 601 - 1)]),
        ];
    }

    static IEnumerable<Kernel> Vectors(Op op) => CpuKernels.For(op).Where(k =>
        k.Name.Contains(".vector.", StringComparison.Ordinal) || k.Name.EndsWith(".boxes", StringComparison.Ordinal)
        || k.Name.EndsWith(".rows", StringComparison.Ordinal));

    static void Check(Op op, TestValue[] inputs)
    {
        var expected = Ops.Naive.Run(op, inputs);
        var types = Inputs.Of(op, [.. inputs.Select(i => i.Type)]);
        long products = op.Cost(types, op.Infer(types)).MultiplyAdds.Value;
        foreach (var run in new KernelRun[] { new(), new() { Free = Layout.ChannelsLast, LastFirst = true } })
        {
            TestValue[]? first = null;
            foreach (var kernel in Vectors(op))
            {
                if (!Supports(kernel, op, inputs)) continue;
                var actual = KernelHarness.Run(kernel, op, run, inputs);
                string what = $"{kernel.Name} of {op} ({string.Join(", ", inputs.Select(i => i.Sizes))})";
                for (int i = 0; i < expected.Length; i++)
                {
                    if (expected[i].Element == ElementType.Float32)
                    {
                        // Sums of n terms: the error grows like √n, and so does that of naive kernels that sum in float.
                        double terms = Math.Sqrt(
                            Math.Max(inputs[0].Sizes.Product(), products) / (double)Math.Max(1, expected[i].Sizes.Product()));
                        Widths.AssertNear(
                            what, Widths.Doubles(expected[i].To<float>()), actual[i].To<float>(), 1e-5, 3e-6 * Math.Max(1, terms));
                    }
                    else Assert.Equal(expected[i].Bytes, actual[i].Bytes);
                    if (first is not null) Assert.Equal(first[i].Bytes, actual[i].Bytes);
                }
                first ??= actual;
            }
        }
    }

    static bool Supports(Kernel kernel, Op op, TestValue[] inputs)
    {
        var outputs = op.Infer(Inputs.Of(op, [.. inputs.Select(i => i.Type)]));
        return kernel.Supports(op, new(
            [.. inputs.Select(i => new BoundType(i.Element, i.Sizes, Layout.RowMajor))],
            [.. outputs.Select(o => new BoundType(o.Element, o.Shape.ToDims(), Layout.RowMajor))]));
    }

    [Fact]
    public void Every_supported_width_stands_in_the_list()
    {
        var kernel = new Unary(UnaryFunction.Exp);
        string[] names = [.. CpuKernels.For(kernel).Select(k => k.Name)];
        Assert.Contains("Unary.vector.v512", names);
        Assert.Contains("Unary.vector.v128", names);
        int best = SimdWidth.Best;
        Assert.Equal($"Unary.vector.v{32 * best}", CpuKernels.Choose(kernel, new(
            [new(ElementType.Float32, [3], Layout.RowMajor)], [new(ElementType.Float32, [3], Layout.RowMajor)]))!.Name);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Relayout_moves_images_between_layouts(bool toChannelsLast)
    {
        foreach (Dims sizes in new Dims[] { [2, 3, 40, 41], [1, 64, 7, 7], [5, 17, 33], [3, 1, 9, 9], [2, 20, 5, 6, 7], [4, 5] })
        {
            int rank = sizes.Count;
            Layout rows = Layout.RowMajor, channels = Layout.ChannelsLast(rank);
            BoundType source = new(ElementType.Float32, sizes, toChannelsLast ? rows : channels),
                target = source with { Layout = toChannelsLast ? channels : rows };
            var @case = new KernelCase([source], [target]);
            var kernel = CpuKernels.Choose(Relayout.Instance, @case)!;
            Assert.Equal("Relayout.boxes", kernel.Name);
            var value = TestValue.Normal(sizes, 1);
            Assert.Equal(RunRelayout(CpuKernels.For(Relayout.Instance)[^1], @case, value), RunRelayout(kernel, @case, value));
        }
    }

    static unsafe float[] RunRelayout(Kernel kernel, KernelCase @case, TestValue value)
    {
        float[] x = value.To<float>(), y = new float[x.Length];
        var work = kernel.Prepare(Relayout.Instance, @case);
        fixed (float* px = x, py = y)
            for (int piece = 0; piece < work.Pieces[0]; piece++)
                kernel.Run(Relayout.Instance, new KernelCall(@case, [(nint)px, (nint)py], [0, 1], work.Prepared, 0, 0, 0, piece));
        return y;
    }
}
