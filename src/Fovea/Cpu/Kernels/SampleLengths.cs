using Fovea.Graphs;

namespace Fovea.Cpu.Kernels;

/// <summary>How many elements of each sample count, where an input says so.</summary>
static class SampleLengths
{
    /// <summary>The length of one sample; the whole axis where there is no such input.</summary>
    /// <exception cref="IndexOutOfRangeException">It is negative, or more than the axis has.</exception>
    public static int Read(in KernelCall call, int input, int sample, int size)
    {
        if (call.Case.Inputs.Length <= input) return size;
        long length = call.Source<long>(input)[sample];
        return (ulong)length <= (ulong)size ? (int)length
            : throw new IndexOutOfRangeException($"Length {length} (sample {sample}) is not between 0 and the axis's {size}.");
    }
}
