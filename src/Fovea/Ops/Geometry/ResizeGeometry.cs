using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>Where output o lies among the input's pixels: s is the scale, I and O are the sizes. Names follow ONNX Resize.</summary>
public enum ResizeCoordinates
{
    /// <summary>(o + ½) / s − ½: pixels are squares, and the images' borders coincide.</summary>
    HalfPixel,
    /// <summary>As HalfPixel, moved so that the centres coincide where O was rounded down from I · s.</summary>
    HalfPixelSymmetric,
    /// <summary>As HalfPixel, but 0 where O is 1.</summary>
    PytorchHalfPixel,
    /// <summary>o · (I − 1) / (O − 1), 0 where O is 1: the centres of the corner pixels coincide.</summary>
    AlignCorners,
    /// <summary>o / s.</summary>
    Asymmetric,
    /// <summary>(o + ½) / s: the pixel that lies there, once rounded down.</summary>
    TfHalfPixelForNearest,
    /// <summary>
    /// From start · (I − 1) to end · (I − 1) of a region; the middle between them where O is 1. What lies outside the input is 0.
    /// </summary>
    CropAndResize,
}

/// <summary>Which pixel is the nearest.</summary>
public enum ResizeRounding
{
    /// <summary>The nearest; halfway the lower.</summary>
    PreferFloor,
    /// <summary>The nearest; halfway the upper.</summary>
    PreferCeiling,
    /// <summary>The one below.</summary>
    Floor,
    /// <summary>The one above.</summary>
    Ceiling,
}

/// <summary>Which pixels a resized image is made of, the same for every spatial axis but for scale and region.</summary>
/// <param name="Mode">How the image is read between its pixels.</param>
/// <param name="Coordinates">Where an output lies among the pixels.</param>
public sealed record ResizeGeometry(Interpolation Mode = Interpolation.Linear, ResizeCoordinates Coordinates = ResizeCoordinates.HalfPixel)
{
    const double LargestScale = 65536;

    /// <summary>Which pixel is the nearest; for <see cref="Interpolation.Nearest"/>.</summary>
    public ResizeRounding Rounding { get; init; }

    /// <summary>a of the cubic kernel (Keys 1981): −0.75 in PyTorch and ONNX, −0.5 in Pillow and with antialiasing.</summary>
    public double CubicCoefficient { get; init; } = -0.75;

    /// <summary>Whether pixels outside count nothing and the other weights sum to 1; else the border's pixel repeats.</summary>
    public bool ExcludeOutside { get; init; }

    /// <summary>Whether the kernel is stretched over as many pixels as become one: linear and cubic, where the image shrinks.</summary>
    public bool Antialias { get; init; }

    /// <summary>One scale a spatial axis, output over input; none: the ratio of the sizes.</summary>
    public Reals Scales { get; init; }

    /// <summary>Starts, then ends, one a spatial axis, from 0 to 1; for <see cref="ResizeCoordinates.CropAndResize"/>.</summary>
    public Reals Region { get; init; }

    /// <summary>The usual geometry of a mode: pixel centres (or corners) coincide; antialiased as Pillow and PyTorch do.</summary>
    internal static ResizeGeometry Of(Interpolation mode, bool alignCorners, bool antialias) =>
        new(mode, alignCorners ? ResizeCoordinates.AlignCorners : ResizeCoordinates.HalfPixel)
        {
            Rounding = ResizeRounding.PreferCeiling,
            Antialias = antialias,
            ExcludeOutside = antialias,
            CubicCoefficient = antialias ? -0.5 : -0.75,
        };

    /// <summary>⌊input · scale⌋ along a spatial axis.</summary>
    /// <exception cref="ArgumentException">The input's size is a symbol and the scale no fraction of small numbers.</exception>
    internal Dim OutputSize(int axis, Dim input)
    {
        double scale = Scales[axis];
        if (input.IsKnown) return checked((long)Math.Floor(input.Value * scale));
        // Of these the product is exact, and so the size is the same as for the number.
        for (int divisor = 1; divisor <= 1024; divisor *= 2)
            if (scale * divisor == Math.Floor(scale * divisor)) return Dim.Floor(input * (long)(scale * divisor), divisor);
        throw new ArgumentException(
            $"The size {input} is not known while tracing, and {scale.ToString(System.Globalization.CultureInfo.InvariantCulture)} "
            + "is no fraction of a power of two up to 1024: resize to a size.");
    }

    /// <summary>Passes the geometry through an operator's codec.</summary>
    public ResizeGeometry Code(Attributes attributes) => new(attributes.Value(Mode), attributes.Value(Coordinates))
    {
        Rounding = attributes.Value(Rounding),
        CubicCoefficient = attributes.Value(CubicCoefficient),
        ExcludeOutside = attributes.Value(ExcludeOutside),
        Antialias = attributes.Value(Antialias),
        Scales = attributes.Value(Scales),
        Region = attributes.Value(Region),
    };

    /// <summary>Multiply-adds of an element in the pass over one axis: the taps of the kernel; none where pixels are copied.</summary>
    internal int TapsOfPass => Mode switch { Interpolation.Nearest => 0, Interpolation.Linear => 2, _ => 4 };

    /// <summary>Checks the geometry for images of so many axes; gives N, C, <paramref name="size"/>.</summary>
    /// <param name="inputs">For errors.</param>
    /// <param name="from">The image N, C, spatial that is at hand.</param>
    /// <param name="size">The spatial sizes that are made of it.</param>
    /// <param name="shrunk">Whether <paramref name="size"/> is the input's size of a resize, and the image its output.</param>
    internal Shape Resized(Inputs inputs, Shape from, Shape size, bool shrunk)
    {
        int rank = from.Rank - 2;
        if (rank is < 1 or > 3)
            throw inputs.Fail($"takes N, C and one to three spatial axes; {from} has {from.Rank} axes: Reshape first.");
        if (size.Rank != rank) throw inputs.Fail($"resizes {rank} spatial axes of {from} to {size.Rank} sizes ({size}).");
        if (Scales.Count != 0 && Scales.Count != rank)
            throw inputs.Fail($"has {Scales.Count} scales ({Scales}) for {rank} spatial axes: write none, or one an axis.");
        foreach (double scale in Scales)
            if (!(scale is >= 1 / LargestScale and <= LargestScale))
                throw inputs.Fail($"has scales {Scales}: each must lie between 1/{LargestScale} and {LargestScale}.");
        bool crops = Coordinates == ResizeCoordinates.CropAndResize;
        if (Region.Count != (crops ? 2 * rank : 0))
            throw inputs.Fail(crops ? $"has a region of {Region.Count} numbers ({Region}): write {rank} starts, then {rank} ends."
                : $"has a region ({Region}), which {Coordinates} does not use.");
        foreach (double edge in Region)
            if (!(Math.Abs(edge) <= LargestScale)) throw inputs.Fail($"has a region {Region} that is not within ±{LargestScale}.");
        if (!double.IsFinite(CubicCoefficient)) throw inputs.Fail("has a cubic coefficient that is not finite.");
        for (int i = 0; i < rank; i++)
        {
            Dim input = shrunk ? size[i] : from[i + 2], output = shrunk ? from[i + 2] : size[i];
            foreach (var dim in (Dim[])[input, output])
                if (dim.IsKnown && dim.Value is < 1 or > int.MaxValue)
                    throw inputs.Fail($"resizes axis {i + 2} from {input} to {output} pixels: there must be one at least, "
                        + $"and at most {int.MaxValue}.");
            if (Scales.Count > 0 && input.IsKnown && output.IsKnown && OutputSize(i, input) != output)
                throw inputs.Fail($"has scales {Scales}, which make {OutputSize(i, input)} pixels of the {input} of axis {i + 2}, "
                    + $"not {output}.");
        }
        var result = Shape.Concat(from.Slice(0, 2), size);
        try
        {
            _ = result.Count;
        }
        catch (OverflowException)
        {
            throw inputs.Fail($"makes {result} of {from}: more elements than 64 bits count.");
        }
        return result;
    }

    /// <summary>
    /// The place of output <paramref name="o"/> among <paramref name="input"/> pixels. Where the sizes give the scale, whole numbers
    /// are divided once, so that an output on a pixel, or halfway between two, lies there exactly.
    /// </summary>
    internal double Place(int axis, int input, int output, int o)
    {
        return Coordinates switch
        {
            ResizeCoordinates.HalfPixel => Back(o + 0.5) - 0.5,
            ResizeCoordinates.HalfPixelSymmetric =>
                Back(o + 0.5) - 0.5 + input / 2.0 * (1 - output / (Scale(axis, input, output) * input)),
            ResizeCoordinates.PytorchHalfPixel => output == 1 ? 0 : Back(o + 0.5) - 0.5,
            ResizeCoordinates.AlignCorners => output == 1 ? 0 : (double)o * (input - 1) / (output - 1),
            ResizeCoordinates.Asymmetric => Back(o),
            ResizeCoordinates.TfHalfPixelForNearest => Back(o + 0.5),
            _ => Crop(Region[axis], Region[Region.Count / 2 + axis]) * (input - 1),
        };

        double Back(double place) => Scales.Count > 0 ? place / Scales[axis] : place * input / output;

        double Crop(double start, double end) => output == 1 ? (start + end) / 2 : start + o * (end - start) / (output - 1);
    }

    /// <summary>Output pixels for one of the input.</summary>
    internal double Scale(int axis, int input, int output) => Scales.Count > 0 ? Scales[axis] : (double)output / input;

    /// <summary>The receptive field of a resize from some sizes to others; null where they are not known.</summary>
    internal ReceptiveField? Field(ReceptiveField? field, Shape input, Shape output)
    {
        if (field is null || !input.IsKnown || !output.IsKnown || field.Axes.Count != input.Rank) return null;
        var axes = new FieldAxis[field.Axes.Count];
        for (int i = 0; i < axes.Length; i++)
        {
            var before = field.Axes[i];
            int from = (int)input[i], to = (int)output[i];
            // One straight line under all outputs: where the first lies, and how far from their places their pixels are at most.
            double first = Place(i, from, to, 0), jump = to > 1 ? (Place(i, from, to, to - 1) - first) / (to - 1) : 1;
            var taps = AxisTaps.Of(this, i, from, to);
            double below = 0, above = 0;
            for (int o = 0; o < to; o++)
            {
                var seen = taps.Pixels(o);
                if (seen.Length == 0) continue;
                double place = first + o * jump;
                below = Math.Max(below, place - seen[0]);
                above = Math.Max(above, seen[^1] - place);
            }
            axes[i] = new(
                before.Size + (below + above) * before.Jump, before.Jump * jump, before.Start + (first - below) * before.Jump);
        }
        return new(axes);
    }
}
