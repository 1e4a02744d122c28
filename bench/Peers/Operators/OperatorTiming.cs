using System.Diagnostics;
using Fovea;
using Peers.Torch;
using TorchSharp;

namespace Peers.Operators;

/// <summary>Times one operator in TorchSharp and in Fovea, in alternating blocks.</summary>
internal static class OperatorTiming
{
    private static readonly TimeSpan Parking = TimeSpan.FromMilliseconds(60);

    /// <summary>Milliseconds of a call: the median of the blocks' fastest calls, and the largest difference of the results.</summary>
    public sealed record Result(double Torch, double Fovea, double Difference);

    /// <summary>Times the operator, or its gradient with respect to the image alone.</summary>
    public static Result Measure(OperatorCase @case, bool gradient, int threads, int rounds)
    {
        LibTorchSharpLoader.Prepare();
        torch.set_num_threads(threads);
        Engine.Threads = threads;
        float[] pixels = Numbers(@case.Image, 1), second = Numbers(@case.Second, 2);

        using var scope = torch.NewDisposeScope();
        var x = torch.tensor(pixels, Sizes(@case.Image)).requires_grad_(gradient);
        var other = torch.tensor(second, Sizes(@case.Second));
        var forward = @case.Torch(x, other);
        float[] upstream = Numbers([.. forward.shape.Select(size => (int)size)], 3);
        var g = torch.tensor(upstream, forward.shape);
        torch.Tensor Theirs() => gradient ? torch.autograd.grad([forward], [x], [g], retain_graph: true)[0] : @case.Torch(x, other);

        var call = Function.Compile((Tensor image, Tensor grid, Tensor dy) => gradient
                ? Gradients.Of((@case.Fovea(image, grid) * dy).Sum(), image) : @case.Fovea(image, grid), Mode.Inference)
            .Bind(Tensor.From(pixels, @case.Image).Watch(), Tensor.From(second, @case.Second),
                Tensor.From(upstream, [.. forward.shape.Select(size => (Dim)size)]));

        float[] expected = Theirs().data<float>().ToArray();
        call.Run();
        float[] actual = call.Output.ToArray();
        double scale = expected.Max(Math.Abs), difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / scale;

        var (theirs, ours) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0) theirs.Add(Block(Once));
            ours.Add(Block(call.Run));
            if (round % 2 == 1) theirs.Add(Block(Once));
        }

        return new(Median(theirs), Median(ours), difference);

        void Once()
        {
            using var inner = torch.NewDisposeScope();
            Theirs();
        }
    }

    /// <summary>The fastest of the calls of a tenth of a second, ten at least.</summary>
    private static double Block(Action call)
    {
        Thread.Sleep(Parking);
        call();
        double best = double.PositiveInfinity;
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
        for (var i = 0; i < 10 || Stopwatch.GetTimestamp() < end; i++)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return best;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static long[] Sizes(int[] sizes) => Array.ConvertAll(sizes, size => (long)size);

    /// <summary>Numbers between −1 and 1, always the same for a seed.</summary>
    private static float[] Numbers(int[] sizes, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, sizes.Aggregate(1, (a, b) => a * b)).Select(_ => 2 * random.NextSingle() - 1)];
    }
}
