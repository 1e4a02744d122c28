namespace Fovea.Cpu.Kernels;

/// <summary>The lengths and labels of one sample of a connectionist temporal classification.</summary>
static class CtcTarget
{
    /// <summary>How many frames and labels a sample has.</summary>
    /// <exception cref="ArgumentException">A length is out of range, or a label is no class or the blank; the message names it.</exception>
    public static (int Frames, int Labels) Check(ReadOnlySpan<long> targets, ReadOnlySpan<long> inputLengths,
        ReadOnlySpan<long> targetLengths, int sample, int frames, int classes, int blank)
    {
        int width = inputLengths.Length == 0 ? 0 : targets.Length / inputLengths.Length;
        int own = Length(inputLengths[sample], frames, "input length"), labels = Length(targetLengths[sample], width, "target length");
        foreach (long label in targets.Slice(sample * width, labels))
            if (label < 0 || label >= classes || label == blank)
                throw new ArgumentException($"The label {label} of sample {sample} is "
                    + $"{(label == blank ? "the blank" : $"no class: there are {classes}, from 0")}.");
        return (own, labels);

        int Length(long length, int most, string name) => length >= 0 && length <= most ? (int)length
            : throw new ArgumentException($"The {name} of sample {sample} is {length}: from 0 to {most}.");
    }

    /// <summary>The class at a place of the labels with blanks before, between and behind.</summary>
    public static int Class(ReadOnlySpan<long> labels, int state, int blank) => state % 2 == 0 ? blank : (int)labels[state / 2];

    /// <summary>Whether a place can follow the one before last: a label that is not the same label again.</summary>
    public static bool Skips(ReadOnlySpan<long> labels, int state) =>
        state % 2 == 1 && state > 1 && labels[state / 2] != labels[state / 2 - 1];
}
