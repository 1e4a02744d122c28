using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Kernels.MicroKernels;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Direct convolution and its input gradient, bit for bit against plain loops, on every instruction set.</summary>
public unsafe class TiledConvolutionTests
{
    [Fact]
    public void Avx512_gives_the_bits_of_plain_loops() => Check<Avx512MicroKernel>();

    [Fact]
    public void Avx2_gives_the_bits_of_plain_loops() => Check<Avx2MicroKernel>();

    [Fact]
    public void Portable_gives_the_bits_of_plain_loops() => Check<PortableMicroKernel>();

    static void Check<T>() where T : struct, IMicroKernel
    {
        Assert.SkipUnless(T.IsSupported, $"this machine has no {T.Name}");
        foreach (var sizes in ConvolutionCases.All())
            foreach (bool hasBias in (ReadOnlySpan<bool>)[false, true])
            {
                int weightCount = sizes.OutputChannels * sizes.GroupInputs * sizes.Kernel.Count;
                int inputCount = sizes.Images * sizes.Input.Count * sizes.InputChannels;
                int outputCount = sizes.Images * sizes.Output.Count * sizes.OutputChannels;
                float[] input = ConvolutionCases.Random(inputCount, 1), weights = ConvolutionCases.Random(weightCount, 2);
                float[] output = ConvolutionCases.Random(outputCount, 3);
                float[]? bias = hasBias ? ConvolutionCases.Random(sizes.OutputChannels, 4) : null;
                float[]? gradientBias = hasBias ? ConvolutionCases.Random(sizes.InputChannels, 4) : null;

                AssertSameBits(ConvolutionCases.Forward(sizes, input, weights, bias, T.RoundsProducts),
                    Run(TiledConvolution<T>.Forward(sizes, hasBias), input, weights, bias, outputCount),
                    $"forward {sizes}");
                AssertSameBits(ConvolutionCases.InputGradient(sizes, output, weights, gradientBias, T.RoundsProducts),
                    Run(TiledConvolution<T>.InputGradient(sizes, hasBias), output, weights, gradientBias, inputCount),
                    $"input gradient {sizes}");
            }
    }

    /// <summary>Runs it on buffers that end where their memory ends, pieces backwards: no order may matter.</summary>
    static float[] Run<T>(TiledConvolution<T> convolution, float[] source, float[] weights, float[]? bias, int targetCount)
        where T : struct, IMicroKernel
    {
        float[] target = new float[targetCount + 2];
        target[0] = target[^1] = 12345;
        byte* scratch = (byte*)NativeMemory.AlignedAlloc((nuint)convolution.ScratchBytes, 64);
        byte* walker = (byte*)NativeMemory.AlignedAlloc((nuint)convolution.WalkerScratchBytes, 64);
        new Span<byte>(scratch, (int)convolution.ScratchBytes).Fill(0xFF);
        fixed (float* s = source, w = weights, b = bias, t = target)
        {
            for (int p = convolution.PackPieces - 1; p >= 0; p--) convolution.Pack(w, b, scratch, p);
            for (int p = convolution.ComputePieces - 1; p >= 0; p--)
            {
                new Span<byte>(walker, (int)convolution.WalkerScratchBytes).Fill(0xFF);
                convolution.Compute(s, w, b, scratch, walker, p, t + 1);
            }
        }
        NativeMemory.AlignedFree(scratch);
        NativeMemory.AlignedFree(walker);
        Assert.Equal((12345f, 12345f), (target[0], target[^1]));
        return target[1..^1];
    }

    static void AssertSameBits(float[] expected, float[] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
    }
}
