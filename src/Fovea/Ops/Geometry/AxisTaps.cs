namespace Fovea.Ops;

/// <summary>
/// A resize along one axis as a sparse matrix: output o is Σ over its taps of weight · pixel. Taps are ascending, those of weight 0 are
/// left out, so that a pixel that counts nothing passes no NaN on.
/// </summary>
sealed class AxisTaps
{
    readonly int[] _starts, _pixels;
    readonly double[] _weights;

    AxisTaps(int inputs, int[] starts, int[] pixels, double[] weights)
    {
        (Inputs, _starts, _pixels, _weights) = (inputs, starts, pixels, weights);
        IsSelection = Array.TrueForAll(weights, w => w == 1);
        IsIdentity = Outputs == inputs;
        for (int o = 0; o < Outputs; o++)
        {
            var taps = Pixels(o);
            IsSelection &= taps.Length <= 1;
            IsIdentity &= taps.Length == 1 && taps[0] == o;
            Most = Math.Max(Most, taps.Length);
            if (taps.Length > 0) Span = Math.Max(Span, taps[^1] - taps[0] + 1);
        }
        IsIdentity &= IsSelection;
    }

    /// <summary>Pixels of the input.</summary>
    public int Inputs { get; }

    /// <summary>Pixels of the output.</summary>
    public int Outputs => _starts.Length - 1;

    /// <summary>The most taps of an output.</summary>
    public int Most { get; }

    /// <summary>The most pixels from an output's first tap to its last.</summary>
    public int Span { get; }

    /// <summary>Whether outputs are copies of pixels, or 0.</summary>
    public bool IsSelection { get; }

    /// <summary>Whether nothing changes.</summary>
    public bool IsIdentity { get; }

    /// <summary>The pixels that an output sees.</summary>
    public ReadOnlySpan<int> Pixels(int output) => _pixels.AsSpan(_starts[output].._starts[output + 1]);

    /// <summary>By what they are multiplied.</summary>
    public ReadOnlySpan<double> Weights(int output) => _weights.AsSpan(_starts[output].._starts[output + 1]);

    /// <summary>For each output the number of taps before it, and all taps last.</summary>
    public int[] Starts => _starts;

    /// <summary>The pixels of all outputs.</summary>
    public int[] AllPixels => _pixels;

    /// <summary>The weights of all outputs, rounded to single precision.</summary>
    public float[] SingleWeights() => Array.ConvertAll(_weights, w => (float)w);

    /// <summary>An axis that stays as it is.</summary>
    public static AxisTaps Identity(int size)
    {
        int[] places = [.. Enumerable.Range(0, size + 1)];
        double[] ones = new double[size];
        Array.Fill(ones, 1);
        return new(size, places, places[..size], ones);
    }

    /// <summary>The taps of a geometry along a spatial axis.</summary>
    public static AxisTaps Of(ResizeGeometry geometry, int axis, int inputs, int outputs)
    {
        int[] starts = new int[outputs + 1];
        List<int> pixels = [];
        List<double> weights = [];
        double stretch = geometry.Antialias ? Math.Min(geometry.Scale(axis, inputs, outputs), 1) : 1;
        for (int o = 0; o < outputs; o++)
        {
            double place = geometry.Place(axis, inputs, outputs, o);
            bool outside = geometry.Coordinates == ResizeCoordinates.CropAndResize && !(place >= 0 && place <= inputs - 1);
            if (!outside)
            {
                if (geometry.Mode == Interpolation.Nearest) Add(Nearest(geometry.Rounding, place), 1);
                else Around(place);
            }
            starts[o + 1] = pixels.Count;

            void Add(double pixel, double weight)
            {
                int inside = (int)Math.Clamp(pixel, 0, inputs - 1);
                if (pixels.Count > starts[o] && pixels[^1] == inside) weights[^1] += weight;
                else
                {
                    DropZero(starts[o]);
                    pixels.Add(inside);
                    weights.Add(weight);
                }
            }

            void Around(double at)
            {
                double floor = Math.Floor(at), ratio = at - floor, sum = 0;
                int support = geometry.Mode == Interpolation.Linear ? 1 : 2;
                int first = (int)Math.Floor(-support / stretch) + 1, last = 1 - first;
                for (int pass = 0; pass < 2; pass++)
                {
                    // Without stretch the weights sum to 1 as they are.
                    bool normalised = geometry.Antialias || geometry.ExcludeOutside;
                    for (int k = first; k <= last; k++)
                    {
                        bool counts = !geometry.ExcludeOutside || floor + k >= 0 && floor + k <= inputs - 1;
                        double weight = counts ? Kernel(geometry, (k - ratio) * stretch) : 0;
                        if (pass == 0) sum += weight;
                        else if (counts && sum != 0) Add(floor + k, normalised ? weight / sum : weight);
                    }
                }
                DropZero(starts[o]);
            }
        }
        return new(inputs, starts, [.. pixels], [.. weights]);

        void DropZero(int from)
        {
            if (pixels.Count == from || (float)weights[^1] != 0) return;
            pixels.RemoveAt(pixels.Count - 1);
            weights.RemoveAt(weights.Count - 1);
        }
    }

    static double Nearest(ResizeRounding rounding, double place) => rounding switch
    {
        ResizeRounding.PreferFloor => Math.Ceiling(place - 0.5),
        ResizeRounding.PreferCeiling => Math.Floor(place + 0.5),
        ResizeRounding.Floor => Math.Floor(place),
        _ => Math.Ceiling(place),
    };

    /// <summary>The interpolating kernel at a distance: a hat, or Keys' cubic.</summary>
    static double Kernel(ResizeGeometry geometry, double distance)
    {
        double d = Math.Abs(distance), a = geometry.CubicCoefficient;
        if (geometry.Mode == Interpolation.Linear) return Math.Max(0, 1 - d);
        return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
    }

    /// <summary>The matrix with its sides exchanged: what gradients are multiplied by.</summary>
    public AxisTaps Transposed()
    {
        int[] starts = new int[Inputs + 1];
        foreach (int pixel in _pixels) starts[pixel + 1]++;
        for (int i = 0; i < Inputs; i++) starts[i + 1] += starts[i];
        int[] next = starts[..^1], outputs = new int[_pixels.Length];
        double[] weights = new double[_pixels.Length];
        for (int o = 0; o < Outputs; o++)
            for (int t = _starts[o]; t < _starts[o + 1]; t++)
            {
                int at = next[_pixels[t]]++;
                (outputs[at], weights[at]) = (o, _weights[t]);
            }
        return new(Outputs, starts, outputs, weights);
    }
}
