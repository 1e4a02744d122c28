using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea
{
    /// <summary>What is read beside an image.</summary>
    public enum GridPadding
    {
        /// <summary>Zeros.</summary>
        Zeros,
        /// <summary>The pixel of the border that is nearest.</summary>
        Border,
        /// <summary>The image mirrored at its borders, again and again.</summary>
        Reflection,
    }
}

namespace Fovea.Ops
{
    /// <summary>How an image is read at places between its pixels, or one of that reading's derivatives by the place.</summary>
    /// <param name="Mode">How it is read between pixels; cubic with a = −0.75.</param>
    /// <param name="Padding">What is read beside the image.</param>
    /// <param name="AlignCorners">Whether −1 and 1 are the centres of the corner pixels; else the image's borders.</param>
    /// <param name="Derivative">How often it is differentiated along each spatial axis, outermost first; none: not at all.</param>
    public sealed record GridSampling(Interpolation Mode = Interpolation.Linear, GridPadding Padding = GridPadding.Zeros,
        bool AlignCorners = false, Dims Derivative = default)
    {
        /// <summary>The most taps along an axis.</summary>
        public const int MostTaps = 4;

        const int MostDerivatives = 64;
        const double CubicCoefficient = -0.75;

        /// <summary>Taps along an axis.</summary>
        public int Taps => Mode switch { Interpolation.Nearest => 1, Interpolation.Linear => 2, _ => MostTaps };

        /// <summary>Passes the sampling through an operator's codec.</summary>
        public GridSampling Code(Attributes attributes) => new(attributes.Value(Mode), attributes.Value(Padding),
            attributes.Value(AlignCorners), attributes.Value(Derivative));

        /// <summary>Differentiated once more along an axis.</summary>
        internal GridSampling Differentiated(int axis, int rank)
        {
            var orders = Derivative.Count == 0 ? Dims.Repeat(0, rank) : Derivative;
            return this with { Derivative = orders.With(axis, orders[axis] + 1) };
        }

        /// <summary>Checks an image N, C, spatial and a grid N, places, rank; gives N, C, places.</summary>
        internal Shape Sampled(Inputs inputs, Shape image, Shape grid)
        {
            CheckGrid(inputs, image, grid);
            return Shape.Concat(image.Slice(0, 2), grid.Slice(1, image.Rank - 2));
        }

        /// <summary>Checks samples N, C, places and a grid N, places, rank; gives the image N, C, size.</summary>
        internal Shape Image(Inputs inputs, Shape samples, Shape grid, Shape size)
        {
            var image = Shape.Concat(samples.Slice(0, Math.Min(2, samples.Rank)), size);
            CheckGrid(inputs, image, grid);
            bool fits = samples.Rank == grid.Rank;
            for (int i = 2; fits && i < samples.Rank; i++) fits = inputs.AreEqual(samples[i], grid[i - 1]);
            return fits ? image : throw inputs.Fail($"has samples {samples} for the places of the grid {grid}.");
        }

        void CheckGrid(Inputs inputs, Shape image, Shape grid)
        {
            int rank = image.Rank - 2;
            if (rank is < 1 or > 3)
                throw inputs.Fail($"takes N, C and one to three spatial axes; {image} has {image.Rank} axes: Reshape first.");
            if (grid.Rank != image.Rank || !inputs.AreEqual(grid[-1], rank) || !inputs.AreEqual(grid[0], image[0]))
                throw inputs.Fail($"takes a grid of N, {rank} axes of places, and {rank} numbers a place (the last axis first) "
                    + $"beside the image {image}; the grid is {grid}.");
            for (int i = 2; i < image.Rank; i++)
                if (image[i].IsKnown && image[i].Value < 1) throw inputs.Fail($"cannot read between the pixels of {image}: it has none.");
            if (Derivative.Count != 0 && Derivative.Count != rank)
                throw inputs.Fail($"is differentiated along {Derivative.Count} axes ({Derivative}); the image {image} has {rank}.");
            foreach (int order in Derivative.AsSpan())
                if (order is < 0 or > MostDerivatives) throw inputs.Fail($"cannot be differentiated {Derivative} times along its axes.");
        }

        /// <summary>
        /// The taps along an axis of a place: which pixels, and by what they are multiplied (the derivative's chain factor included). Those
        /// outside and those of weight 0 are left out. A place that is not finite sees nothing.
        /// </summary>
        /// <param name="axis">The spatial axis, for the order of the derivative.</param>
        /// <param name="place">From −1 to 1.</param>
        /// <param name="size">Pixels along the axis.</param>
        /// <param name="pixels">Receives the pixels: up to <see cref="MostTaps"/>.</param>
        /// <param name="weights">Receives the weights.</param>
        /// <returns>How many there are.</returns>
        internal int TapsAt(int axis, double place, int size, Span<int> pixels, Span<double> weights)
        {
            double at = AlignCorners ? (place + 1) / 2 * (size - 1) : ((place + 1) * size - 1) / 2;
            double slope = AlignCorners ? (size - 1) / 2.0 : size / 2.0;
            int order = Derivative.Count == 0 ? 0 : Derivative[axis], count = 0;
            if (!double.IsFinite(at)) return 0;
            if (Mode == Interpolation.Linear && order == 0)
            {
                LinearAt(place, size, out int first, out double low, out double high);
                Add(first, low, pixels, weights, ref count);
                Add(first + 1, high, pixels, weights, ref count);
                return count;
            }
            if (Mode == Interpolation.Cubic)
            {
                double floor = Math.Floor(at), ratio = at - floor, chain = 1;
                for (int i = 0; i < order; i++) chain *= slope;
                for (int k = -1; k <= 2; k++)
                {
                    double pixel = floor + k, ignored = 1;
                    Move(ref pixel, ref ignored, size);
                    if (pixel >= 0 && pixel <= size - 1)
                        Add(Math.Round(pixel), Cubic(k - ratio, order) * chain, pixels, weights, ref count);
                }
                return count;
            }
            Move(ref at, ref slope, size);
            if (Mode == Interpolation.Nearest)
            {
                double pixel = Math.Round(at);
                if (order == 0 && pixel >= 0 && pixel <= size - 1) Add(pixel, 1, pixels, weights, ref count);
                return count;
            }
            // The derivative of 1 − part and of part.
            double below = Math.Floor(at), change = order == 1 ? slope : 0;
            if (below >= 0 && below <= size - 1) Add(below, -change, pixels, weights, ref count);
            if (below >= -1 && below <= size - 2) Add(below + 1, change, pixels, weights, ref count);
            return count;
        }

        /// <summary>
        /// The two taps of a linear reading along an axis: the pixel below the place, and by what it and the next one are multiplied: 0
        /// where there is none.
        /// </summary>
        internal void LinearAt(double place, int size, out int below, out double low, out double high)
        {
            double at = AlignCorners ? (place + 1) / 2 * (size - 1) : ((place + 1) * size - 1) / 2, slope = 0;
            (below, low, high) = (0, 0, 0);
            if (!double.IsFinite(at)) return;
            if (Padding != GridPadding.Zeros) Move(ref at, ref slope, size);
            double floor = Math.Floor(at);
            if (!(floor >= -1 && floor <= size - 1)) return;
            below = (int)floor;
            if (below >= 0) low = 1 - (at - floor);
            if (below <= size - 2) high = at - floor;
        }

        static void Add(double pixel, double weight, Span<int> pixels, Span<double> weights, ref int count)
        {
            if ((float)weight == 0) return;
            pixels[count] = (int)pixel;
            weights[count++] = weight;
        }

        /// <summary>
        /// Moves a place beside the image to the one that is read instead; the slope turns where the image is mirrored, and is 0 where
        /// nothing changes with the place.
        /// </summary>
        void Move(ref double at, ref double slope, int size)
        {
            if (Padding == GridPadding.Zeros) return;
            if (Padding == GridPadding.Reflection)
            {
                double low = AlignCorners ? 0 : -0.5, span = AlignCorners ? size - 1 : size;
                if (span == 0) (at, slope) = (0, 0);
                else
                {
                    double distance = at - low;
                    if (distance < 0) (distance, slope) = (-distance, -slope);
                    double rest = Math.IEEERemainder(distance, 2 * span);
                    // From −span to span: the image before its mirror, and behind it.
                    if (rest < 0) (rest, slope) = (-rest, -slope);
                    at = rest + low;
                }
            }
            if (!(at > 0 && at < size - 1)) slope = 0;
            at = Math.Clamp(at, 0, size - 1);
        }

        /// <summary>Keys' cubic at a distance from a pixel, or its derivative with respect to the place.</summary>
        static double Cubic(double pixelMinusPlace, int order)
        {
            double d = Math.Abs(pixelMinusPlace);
            const double a = CubicCoefficient;
            // Moving the place right brings it nearer to a pixel on its right.
            double sign = order % 2 == 1 && pixelMinusPlace > 0 ? -1 : 1;
            bool near = d <= 1;
            return sign * order switch
            {
                0 => near ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((d - 5) * d + 8) * d * a - 4 * a,
                1 => near ? (3 * (a + 2) * d - 2 * (a + 3)) * d : ((3 * d - 10) * d + 8) * a,
                2 => near ? 6 * (a + 2) * d - 2 * (a + 3) : (6 * d - 10) * a,
                3 => near ? 6 * (a + 2) : 6 * a,
                _ => 0,
            };
        }
    }
}
