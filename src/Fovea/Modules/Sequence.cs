using Fovea.Errors;

namespace Fovea;

/// <summary>
/// Samples of different lengths in one batch: values that are padded to the longest, and how much of each sample counts. Whatever the
/// padding holds, <see cref="Modules.Module.Forward(Sequence)"/> never lets it into a result: a sample has the same bits alone, in any
/// batch, and with any padding.
/// </summary>
/// <param name="Values">N, C, L; or N, L of numbers of things, which an embedding looks up; or, after a pool over time, N, C, 1.</param>
/// <param name="Lengths">How many places of each sample count, int64, N.</param>
public readonly record struct Sequence(Tensor Values, Tensor Lengths) : ITensors<Sequence>
{
    /// <summary>
    /// The axis along which lengths count: the last, unless told otherwise. 0 where a pool over time has left nothing that could be padded;
    /// modules then take the values as they are.
    /// </summary>
    public int Axis { get; init; } = Values.Rank - 1;

    /// <summary>Whether values are padded along an axis.</summary>
    public bool IsPadded => Axis > 0;

    /// <summary>Samples of one shape but for their last axis, padded with zeros at its end.</summary>
    /// <param name="samples">Each C, L or L.</param>
    /// <exception cref="ShapeMismatchException">Samples differ in another axis, or there are none.</exception>
    public static Sequence Pad(params ReadOnlySpan<Tensor> samples)
    {
        if (samples.Length == 0) throw new ShapeMismatchException("A sequence holds at least one sample.");
        long longest = 0;
        var lengths = new long[samples.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            if (samples[i].Rank == 0) throw new ShapeMismatchException($"Sample {i} is a number: a sequence has a last axis.");
            longest = Math.Max(longest, lengths[i] = samples[i].Shape[-1].Value);
        }
        var padded = new Tensor[samples.Length];
        for (int i = 0; i < padded.Length; i++)
        {
            var sample = samples[i];
            var none = Tensors.Dims.Repeat(0, sample.Rank);
            padded[i] = lengths[i] == longest ? sample : sample.Pad(none, none.With(sample.Rank - 1, checked((int)(longest - lengths[i]))));
        }
        return new(Tensor.Stack(0, padded), Tensor.From(lengths));
    }

    /// <summary>Every sample without its padding. Outside of traces only: the lengths are read.</summary>
    public Tensor[] Unpad()
    {
        int count = (int)Values.Shape[0];
        var samples = new Tensor[count];
        long[] lengths = IsPadded ? Lengths.ToArray<long>() : [];
        for (int i = 0; i < count; i++)
        {
            var sample = Values.Slice(0, i, 1);
            samples[i] = (IsPadded ? sample.Slice(Axis, 0, lengths[i]) : sample).Squeeze(0);
        }
        return samples;
    }

    /// <summary>The values with one number wherever padding is.</summary>
    public Tensor Masked(double padding = 0) => IsPadded ? Modules.Raggedness.Masked(Values, Axis, Lengths, padding) : Values;

    /// <inheritdoc/>
    public Sequence Map(TensorMap map) => this with { Values = map.Next(Values), Lengths = map.Next(Lengths) };

    /// <summary>Checks that there is one length a sample.</summary>
    internal void Check(string title)
    {
        if (Values is null || Lengths is null) throw new ArgumentNullException(title, "A sequence has values and lengths.");
        if (!IsPadded) return;
        if (Axis >= Values.Rank)
            throw new ShapeMismatchException($"{title} is given a sequence with lengths along axis {Axis}; its values are {Values.Shape}.");
        if (Lengths.ElementType != Tensors.ElementType.Int64 || Lengths.Rank != 1
            || (Lengths.Shape[0] - Values.Shape[0]) is { IsKnown: true, Value: not 0 })
            throw new ShapeMismatchException(
                $"{title} is given lengths {Lengths.Type}; {Values.Shape[0]} samples {Values.Shape} take Int64 {Values.Shape[0]}.");
    }
}
