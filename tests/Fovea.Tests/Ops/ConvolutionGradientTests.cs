using System.Globalization;
using Fovea.Errors;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>
/// The gradients of everything that slides a window, held to central differences in double (step 1e-6, absolute 1e-5, relative 1e-3) over
/// ranks, strides, dilations, groups and paddings that nobody chose.
/// </summary>
public sealed class ConvolutionGradientTests(ITestOutputHelper output)
{
    const int Seed = 20264;
    const int CasesOfAKind = 80;
    const int Elements = 3;

    /// <summary>A drawn case: what it is, and the sizes of its inputs.</summary>
    sealed record Drawn(string Text, Func<IReadOnlyList<Tensor>, Tensor> Function, params Shape[] Inputs);

    sealed record Window(int Rank, int Groups, int Channels, int Outputs, Dims Image, Dims Kernel, Dims Stride, Dims Dilation)
    {
        public Shape X(int images) => new([images, Groups * Channels, .. Image.Select(i => (Dim)i)]);

        public Shape Weight => new([Groups * Outputs, Channels, .. Kernel.Select(k => (Dim)k)]);

        public override string ToString() =>
            $"{Image} of {Groups}·{Channels} channels, kernel {Kernel}, stride {Stride}, dilation {Dilation}";
    }

    [Fact]
    public void Gradients_are_finite_differences_in_500_random_cases()
    {
        (string Kind, Func<Random, Drawn> Draw)[] kinds =
        [
            ("convolution", Convolution), ("convolution by a rule", ConvolutionByRule),
            ("convolution with a border", ConvolutionWithBorder), ("transposed convolution", Transposed),
            ("weight gradient", WeightGradient), ("locally connected", Local), ("unfold and fold", Unfolded), ("border", Border),
            ("deformable convolution", Deformable),
        ];
        var random = new Random(Seed);
        var faults = new List<string>();
        int checkedCases = 0;
        foreach (var (kind, draw) in kinds)
        {
            int found = 0, refused = 0;
            while (found < CasesOfAKind)
            {
                var drawn = draw(random);
                if (!Fits(drawn))
                {
                    Assert.True(++refused < 50 * CasesOfAKind, $"{kind}: nearly everything drawn is refused.");
                    continue;
                }

                var point = drawn.Inputs.Select((s, i) => TestValue.Normal<double>(s.ToDims(), Seed + 31 * found + i)).ToArray();
                if (new FiniteDifferences(Elements, Seed + found).FirstFault(x => [drawn.Function(x)], point) is { } fault)
                {
                    faults.Add($"{kind}, {drawn.Text}: {fault}");
                }

                found++;
            }

            checkedCases += found;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {found} cases ({refused} drawn that do not fit)"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{checkedCases} cases in all"));
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(20)));
        Assert.True(checkedCases >= 500, $"Only {checkedCases} cases.");
    }

    static bool Fits(Drawn drawn)
    {
        try
        {
            drawn.Function([.. drawn.Inputs.Select(shape => Tensor.Zeros([.. shape]))]);
            return true;
        }
        catch (ShapeMismatchException)
        {
            return false;
        }
    }

    static Dims Many(Random random, int count, int from, int to) =>
        new([.. Enumerable.Range(0, count).Select(_ => random.Next(from, to))]);

    static Window Draw(Random random, int largest = 8)
    {
        int rank = random.Next(1, 4), groups = random.Next(3) == 0 ? random.Next(2, 4) : 1;
        return new(rank, groups, random.Next(1, 4), random.Next(1, 4), Many(random, rank, 1, rank == 3 ? 5 : largest),
            Many(random, rank, 1, rank == 3 ? 3 : 5), Many(random, rank, 1, 4), Many(random, rank, 1, 4));
    }

    static Drawn Convolution(Random random)
    {
        var w = Draw(random);
        var padding = Many(random, 2 * w.Rank, 0, 4);
        return new($"{w}, padding {padding}", x => x[0].Convolution(x[1], x[2], w.Stride, padding, w.Dilation, w.Groups),
            w.X(random.Next(1, 3)), w.Weight, new Shape(w.Weight[0]));
    }

    static Drawn ConvolutionByRule(Random random)
    {
        var w = Draw(random);
        Padding[] rules = [Padding.Same, Padding.SameLower, Padding.Full, Padding.Valid, .. w.Rank == 1 ? [Padding.Causal] : (Padding[])[]];
        var rule = rules[random.Next(rules.Length)];
        return new($"{w}, padding {rule}", x => x[0].Convolution(x[1], null, w.Stride, rule, w.Dilation, w.Groups),
            w.X(random.Next(1, 3)), w.Weight);
    }

    static Drawn ConvolutionWithBorder(Random random)
    {
        var w = Draw(random);
        var mode = (PadMode)random.Next(1, 4);
        var padding = Many(random, 2 * w.Rank, 0, 4);
        return new($"{w}, padding {padding}, {mode}",
            x => x[0].Convolution(x[1], x[2], w.Stride, padding, w.Dilation, w.Groups, mode),
            w.X(random.Next(1, 3)), w.Weight, new Shape(w.Weight[0]));
    }

    static Drawn Transposed(Random random)
    {
        var w = Draw(random, 5);
        var extra = new Dims([.. w.Stride.Select(s => random.Next(s))]);
        bool same = random.Next(4) == 0, given = random.Next(2) == 0;
        var padding = same ? Padding.Same : Many(random, 2 * w.Rank, 0, 3);
        // The weights of a transposed convolution are those of the one that goes the other way: its outputs come in.
        Shape y = new([random.Next(1, 3), w.Weight[0], .. w.Image.Select(i => (Dim)i)]);
        var bias = new Shape(w.Groups * w.Channels);
        Dims sizes = [];
        if (given && !same)
        {
            var (begin, end) = (new Dims(padding.Pixels.AsSpan()[..w.Rank]), new Dims(padding.Pixels.AsSpan()[w.Rank..]));
            sizes = new([.. Enumerable.Range(0, w.Rank).Select(i => (w.Image[i] - 1) * w.Stride[i] + (w.Kernel[i] - 1) * w.Dilation[i] + 1
                - begin[i] - end[i] + extra[i])]);
        }

        return new($"{w}, padding {padding}, output padding {extra}, size {sizes}", x => x[0].TransposedConvolution(x[1], x[2], w.Stride,
            padding, same || given ? default : extra, w.Dilation, w.Groups, sizes), y, w.Weight, bias);
    }

    static Drawn WeightGradient(Random random)
    {
        var w = Draw(random);
        var geometry = ConvolutionGeometry.Of(w.Rank, w.Stride, Many(random, 2 * w.Rank, 0, 4), w.Dilation, w.Groups);
        int images = random.Next(1, 4);
        Dim[] places = [.. Enumerable.Range(0, w.Rank).Select(i => geometry.OutputSize(i, w.Image[i], w.Kernel[i]))];
        if (places.Any(size => size.Value < 1))
        {
            return new("nothing", _ => throw new ShapeMismatchException("Windows larger than the image."));
        }

        Shape dy = new([images, w.Weight[0], .. places]);
        return new($"{geometry.PadBegin} and {geometry.PadEnd} around {w}",
            x => Tensor.Apply(new ConvolutionWeightGradient(geometry, w.Kernel), x[0], x[1]), w.X(images), dy);
    }

    static Drawn Local(Random random)
    {
        var w = Draw(random, 6);
        Padding[] paddings = [Many(random, 2 * w.Rank, 0, 3), Padding.Same, Padding.Full];
        var padding = paddings[random.Next(3)];
        var x = w.X(random.Next(1, 3));
        try
        {
            var places = Tensor.Zeros([.. x]).Convolution(Tensor.Zeros([.. w.Weight]), null, w.Stride, padding, w.Dilation, w.Groups).Shape
                .Slice(2, w.Rank);
            return new($"{w}, padding {padding}", t => t[0].LocallyConnected(t[1], t[2], w.Stride, padding, w.Dilation, w.Groups),
                x, Shape.Concat(w.Weight, places), Shape.Concat([w.Weight[0]], places));
        }
        catch (ShapeMismatchException refused)
        {
            return new("nothing", _ => throw new ShapeMismatchException(refused.Message));
        }
    }

    static Drawn Deformable(Random random)
    {
        var w = Draw(random, 6);
        int groups = w.Groups * w.Channels % 2 == 0 && random.Next(2) == 0 ? 2 : 1, taps = (int)w.Kernel.Product();
        var padding = Many(random, 4, 0, 3);
        if (w.Rank != 2)
        {
            return new("nothing", _ => throw new ShapeMismatchException("Deformable convolution is for images."));
        }

        var geometry = ConvolutionGeometry.Of(2, w.Stride, padding, w.Dilation);
        Dim[] places = [.. Enumerable.Range(0, 2).Select(i => Dim.Max(1, geometry.OutputSize(i, w.Image[i], w.Kernel[i])))];
        var x = w.X(random.Next(1, 3));
        return new($"{w}, padding {padding}, {groups} groups of offsets", t => t[0].DeformableConvolution(t[1], t[2], t[3], t[4], w.Stride,
            padding, w.Dilation, w.Groups), x, w.Weight, new([x[0], 2 * groups * taps, .. places]), new([x[0], groups * taps, .. places]),
            new(w.Weight[0]));
    }

    // Two linear maps, one the other's gradient: there and back.
    static Drawn Unfolded(Random random)
    {
        var w = Draw(random);
        Padding padding = random.Next(2) == 0 ? Padding.Same : Many(random, 2 * w.Rank, 0, 4);
        return new($"{w}, padding {padding}", x => x[0].Unfold(w.Kernel, w.Stride, padding, w.Dilation).Square()
            .Fold(w.Image, w.Kernel, w.Stride, padding, w.Dilation), w.X(random.Next(1, 3)));
    }

    static Drawn Border(Random random)
    {
        int rank = random.Next(1, 6);
        var mode = (PadMode)random.Next(4);
        Dims sizes = Many(random, rank, 1, 5), before = Many(random, rank, -2, 4), after = Many(random, rank, -2, 4);
        return new($"{mode} {before} and {after} around {sizes}", x => x[0].Pad(before, after, mode: mode).Square(), sizes);
    }
}
