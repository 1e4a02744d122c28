using Fovea.Graphs;

namespace Fovea.Cpu.Kernels;

/// <summary>In which order a recurrent operator walks its sequences.</summary>
/// <param name="steps">L, the steps of every sequence.</param>
/// <param name="lengths">How many of them count, or null for all.</param>
/// <param name="reverse">Whether sequences are walked from their ends.</param>
readonly unsafe struct SequenceSteps(int steps, long* lengths, bool reverse)
{
    /// <summary>The order of an operator whose lengths are its last input, if it has so many.</summary>
    public static SequenceSteps Of(in KernelCall call, int steps, int lengthsInput, bool reverse) =>
        new(steps, call.Case.Inputs.Length > lengthsInput ? (long*)call.Input(lengthsInput) : null, reverse);

    /// <summary>How many steps of a sequence count.</summary>
    /// <exception cref="IndexOutOfRangeException">The length given is negative, or more than there are steps.</exception>
    public int Length(int sequence)
    {
        if (lengths == null) return steps;
        long length = lengths[sequence];
        return (ulong)length <= (ulong)steps ? (int)length
            : throw new IndexOutOfRangeException($"Length {length} (number {sequence}) of a sequence is outside its {steps} steps.");
    }

    /// <summary>Where the state stands after so many steps of a sequence of that length.</summary>
    public int Place(int length, int step) => reverse ? length - 1 - step : step;
}
