using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>
/// What adaptive pools share: bin q of an axis sees pixels ⌊q · size / outputs⌋ up to, not including, ⌈(q + 1) · size / outputs⌉.
/// </summary>
static class AdaptiveBins
{
    /// <summary>N, C, outputs for an image N, C, spatial.</summary>
    public static Shape Output(Inputs inputs, Shape image, Shape outputs)
    {
        int rank = image.Rank - 2;
        if (rank is < 1 or > 3)
            throw inputs.Fail($"takes N, C and one to three spatial axes; {image} has {image.Rank} axes: Reshape first.");
        if (outputs.Rank != rank) throw inputs.Fail($"has an OutputSize of {outputs.Rank} axes ({outputs}) for {rank} spatial axes.");
        for (int i = 0; i < rank; i++)
        {
            if (outputs[i].IsKnown && outputs[i].Value is < 1 or > int.MaxValue)
                throw inputs.Fail($"has an OutputSize {outputs}: every entry must be at least 1.");
            if (image[i + 2].IsKnown && image[i + 2].Value < 1)
                throw inputs.Fail($"has no pixel to divide among {outputs[i]} bins along axis {i + 2} of {image}.");
        }
        return Shape.Concat(image.Slice(0, 2), outputs);
    }

    /// <summary>
    /// The receptive field: bins of one size where they divide evenly; else the least that holds every bin at an even distance.
    /// </summary>
    public static ReceptiveField? Field(ReceptiveField? field, Shape image, Shape outputs)
    {
        if (field is null || field.Axes.Count != outputs.Rank || !outputs.IsKnown || !image.Slice(2, outputs.Rank).IsKnown) return null;
        return new([.. field.Axes.Select((axis, i) =>
        {
            long size = image[i + 2].Value, bins = outputs[i].Value;
            double jump = (double)size / bins, start = 0, end = 0;
            for (long bin = 0; bin < bins; bin++)
            {
                start = Math.Min(start, bin * size / bins - bin * jump);
                end = Math.Max(end, ((bin + 1) * size + bins - 1) / bins - bin * jump);
            }
            return new FieldAxis(axis.Size + (end - start - 1) * axis.Jump, axis.Jump * jump, axis.Start + start * axis.Jump);
        })]);
    }
}
