using Fovea.Cpu.Kernels.Convolution;

namespace Fovea.Tests.Cpu;

/// <summary>Convolutions to try, and what they are held to: plain loops over safe arrays, channels-last.</summary>
static class ConvolutionCases
{
    /// <summary>Edges that someone once got wrong, then random ones.</summary>
    public static IEnumerable<ConvolutionSizes> All()
    {
        yield return Case(1, 1, 1, 1, One(1), One(1), One(1), One(1), One(0));
        yield return Case(2, 1, 3, 5, new(1, 3, 3), new(1, 7, 7), One(1), One(1), new(0, 3, 3));      // kernel larger than the map
        yield return Case(3, 1, 4, 33, new(1, 9, 8), new(1, 2, 2), new(1, 3, 5), One(1), One(0));     // stride larger than the kernel
        yield return Case(2, 1, 2, 7, new(1, 8, 8), new(1, 3, 3), new(1, 2, 2), One(1), new(0, 1, 0));
        yield return Case(1, 1, 5, 40, new(1, 11, 13), new(1, 3, 3), One(1), new(1, 2, 3), new(0, 2, 3));
        yield return Case(2, 6, 6, 6, new(1, 7, 5), new(1, 3, 3), One(1), One(1), new(0, 1, 1));      // groups = channels
        yield return Case(2, 20, 20, 40, new(1, 6, 6), new(1, 3, 3), new(1, 2, 2), One(1), new(0, 1, 1));
        yield return Case(1, 2, 40, 70, new(1, 5, 5), new(1, 3, 3), One(1), One(1), new(0, 1, 1));
        yield return Case(4, 1, 17, 9, new(1, 1, 1), new(1, 1, 3), One(1), One(1), new(0, 0, 1));     // length 1
        yield return Case(2, 1, 30, 31, new(1, 1, 19), new(1, 1, 5), new(1, 1, 2), new(1, 1, 2), new(0, 0, 3));
        yield return Case(2, 2, 4, 6, new(4, 5, 3), new(3, 2, 3), new(2, 1, 2), new(1, 2, 1), new(1, 0, 1));
        yield return Case(1, 1, 3, 64, new(1, 33, 31), new(1, 7, 7), new(1, 2, 2), One(1), new(0, 3, 3));
        yield return Case(9, 1, 64, 64, new(1, 4, 4), new(1, 3, 3), One(1), One(1), new(0, 1, 1));
        yield return Case(3, 1, 64, 32, new(1, 7, 7), new(1, 1, 1), new(1, 2, 2), One(1), One(0));
        yield return Case(2, 1, 1, 32, new(1, 28, 28), new(1, 5, 5), One(1), One(1), new(0, 2, 2));
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            int groups = random.Next(4) == 0 ? random.Next(1, 9) : 1;
            int At() => random.Next(1, 4);
            Spatial kernel = new(random.Next(4) == 0 ? At() : 1, At(), random.Next(1, 6));
            Spatial stride = new(random.Next(1, 3), At(), At()), dilation = new(At(), At(), At());
            Spatial padding = new(random.Next(kernel.Depth), random.Next(4), random.Next(4));
            Spatial input = new(
                Math.Max(1, (kernel.Depth - 1) * dilation.Depth + 1 - 2 * padding.Depth + random.Next(3)),
                Math.Max(1, (kernel.Height - 1) * dilation.Height + 1 - 2 * padding.Height + random.Next(9)),
                Math.Max(1, (kernel.Width - 1) * dilation.Width + 1 - 2 * padding.Width + random.Next(20)));
            int inputs = groups * random.Next(1, 40), outputs = groups * random.Next(1, 80);
            yield return Case(random.Next(1, 4), groups, inputs, outputs, input, kernel, stride, dilation, padding, random.Next(2));
        }
    }

    /// <summary>The forward result: one chain of multiply-adds an output, as the recipe names it.</summary>
    public static float[] Forward(ConvolutionSizes s, float[] source, float[] weights, float[]? bias, bool rounds)
    {
        float[] target = new float[s.Images * s.Output.Count * s.OutputChannels];
        int at = 0;
        for (int n = 0; n < s.Images; n++)
            for (int z = 0; z < s.Output.Depth; z++)
                for (int y = 0; y < s.Output.Height; y++)
                    for (int x = 0; x < s.Output.Width; x++)
                        for (int o = 0; o < s.OutputChannels; o++)
                        {
                            float sum = 0;
                            for (int kz = 0; kz < s.Kernel.Depth; kz++)
                                for (int ky = 0; ky < s.Kernel.Height; ky++)
                                    for (int kx = 0; kx < s.Kernel.Width; kx++)
                                    {
                                        int iz = z * s.Stride.Depth - s.Padding.Depth + kz * s.Dilation.Depth;
                                        int iy = y * s.Stride.Height - s.Padding.Height + ky * s.Dilation.Height;
                                        int ix = x * s.Stride.Width - s.Padding.Width + kx * s.Dilation.Width;
                                        if (!Inside(s.Input, iz, iy, ix)) continue;
                                        int pixel = Place(s.Input, n, iz, iy, ix) * s.InputChannels + o / s.GroupOutputs * s.GroupInputs;
                                        int weight = o * s.GroupInputs * s.Kernel.Count + Place(s.Kernel, 0, kz, ky, kx);
                                        for (int c = 0; c < s.GroupInputs; c++)
                                            sum = MultiplyAdd(source[pixel + c], weights[weight + c * s.Kernel.Count], sum, rounds);
                                    }
                            target[at++] = bias is null ? sum : sum + bias[o];
                        }
        return target;
    }

    /// <summary>The input gradient: products of the forward pass, sent back to their input, taps outside, output channels inside.</summary>
    public static float[] InputGradient(ConvolutionSizes s, float[] source, float[] weights, float[]? bias, bool rounds)
    {
        float[] target = new float[s.Images * s.Input.Count * s.InputChannels];
        int at = 0;
        for (int n = 0; n < s.Images; n++)
            for (int z = 0; z < s.Input.Depth; z++)
                for (int y = 0; y < s.Input.Height; y++)
                    for (int x = 0; x < s.Input.Width; x++)
                        for (int i = 0; i < s.InputChannels; i++)
                        {
                            float sum = 0;
                            for (int kz = 0; kz < s.Kernel.Depth; kz++)
                                for (int ky = 0; ky < s.Kernel.Height; ky++)
                                    for (int kx = 0; kx < s.Kernel.Width; kx++)
                                    {
                                        int oz = z + s.Padding.Depth - kz * s.Dilation.Depth;
                                        int oy = y + s.Padding.Height - ky * s.Dilation.Height;
                                        int ox = x + s.Padding.Width - kx * s.Dilation.Width;
                                        if (oz % s.Stride.Depth != 0 || oy % s.Stride.Height != 0 || ox % s.Stride.Width != 0) continue;
                                        (oz, oy, ox) = (oz / s.Stride.Depth, oy / s.Stride.Height, ox / s.Stride.Width);
                                        if (!Inside(s.Output, oz, oy, ox)) continue;
                                        int first = i / s.GroupInputs * s.GroupOutputs;
                                        int pixel = Place(s.Output, n, oz, oy, ox) * s.OutputChannels;
                                        for (int o = first; o < first + s.GroupOutputs; o++)
                                        {
                                            int row = o * s.GroupInputs + i % s.GroupInputs;
                                            float weight = weights[row * s.Kernel.Count + Place(s.Kernel, 0, kz, ky, kx)];
                                            sum = MultiplyAdd(source[pixel + o], weight, sum, rounds);
                                        }
                                    }
                            target[at++] = bias is null ? sum : sum + bias[i];
                        }
        return target;
    }

    /// <summary>Numbers in [−1, 1).</summary>
    public static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    static float MultiplyAdd(float a, float b, float sum, bool rounds) => rounds ? a * b + sum : MathF.FusedMultiplyAdd(a, b, sum);

    static int Place(Spatial sizes, int n, int z, int y, int x) => ((n * sizes.Depth + z) * sizes.Height + y) * sizes.Width + x;

    static bool Inside(Spatial sizes, int z, int y, int x)
        => (uint)z < (uint)sizes.Depth && (uint)y < (uint)sizes.Height && (uint)x < (uint)sizes.Width;

    static Spatial One(int value) => new(value, value, value);

    static ConvolutionSizes Case(int images, int groups, int inputs, int outputs, Spatial input, Spatial kernel, Spatial stride,
        Spatial dilation, Spatial padding, int more = 0)
    {
        static int Size(int input, int kernel, int stride, int dilation, int padding, int more)
            => (input + 2 * padding + more - (kernel - 1) * dilation - 1) / stride + 1;
        Spatial output = new(
            Size(input.Depth, kernel.Depth, stride.Depth, dilation.Depth, padding.Depth, 0),
            Size(input.Height, kernel.Height, stride.Height, dilation.Height, padding.Height, more),
            Size(input.Width, kernel.Width, stride.Width, dilation.Width, padding.Width, 0));
        return new(images, groups, inputs, outputs, input, output, kernel, stride, dilation, padding);
    }
}
