namespace Fovea.Ops;

/// <summary>One case of the conformance suite for resizes and their gradients.</summary>
/// <param name="Geometry">Which pixels.</param>
/// <param name="Input">N, C, spatial.</param>
/// <param name="Size">The spatial sizes of the output.</param>
sealed record ResizeSample(ResizeGeometry Geometry, Shape Input, Shape Size);

static class ResizeSamples
{
    public static IEnumerable<ResizeSample> Cases()
    {
        // Larger, smaller, both; few channels and many (vectors along pixels, along channels); one pixel on either side.
        yield return new(new(), [2, 3, 4, 5], [8, 10]);
        yield return new(new(), [1, 21, 5, 3], [15, 24]);
        yield return new(new(), [1, 2, 9, 20], [4, 7]);
        yield return new(new(), [2, 1, 7, 6], [3, 19]);
        yield return new(new(), [1, 18, 3, 40], [5, 9]);
        yield return new(new(), [1, 2, 1, 1], [3, 4]);
        yield return new(new(), [1, 2, 5, 4], [1, 1]);
        yield return new(new(), [1, 9, 4, 4], [4, 4]);
        yield return new(new(), [1, 9, 4, 6], [4, 12]);
        yield return new(new(), [2, 2, 4, 6], [8, 6]);

        // Every mode and coordinate; every rounding where it decides.
        foreach (var mode in Enum.GetValues<Interpolation>())
            foreach (var coordinates in Enum.GetValues<ResizeCoordinates>().Except([ResizeCoordinates.CropAndResize]))
            {
                yield return new(new(mode, coordinates), [1, 2, 4, 6], [7, 3]);
                yield return new(new(mode, coordinates), [1, 8, 6, 1], [1, 5]);
            }
        foreach (var rounding in Enum.GetValues<ResizeRounding>())
        {
            yield return new(new(Interpolation.Nearest) { Rounding = rounding }, [1, 2, 4, 5], [6, 10]);
            yield return new(new(Interpolation.Nearest, ResizeCoordinates.Asymmetric) { Rounding = rounding }, [1, 10, 9, 6], [4, 12]);
        }
        yield return new(ResizeGeometry.Of(Interpolation.Nearest, false, false), [2, 3, 5, 40], [10, 80]);

        // By scale; with regions, partly and wholly outside, backwards.
        yield return new(new() { Scales = [0.6, 1.7] }, [1, 2, 8, 5], [4, 8]);
        yield return new(new(Interpolation.Cubic, ResizeCoordinates.HalfPixelSymmetric) { Scales = [0.8, 2.3] }, [1, 2, 9, 4], [7, 9]);
        yield return new(new(Interpolation.Nearest, ResizeCoordinates.Asymmetric) { Scales = [2.5, 0.3] }, [1, 9, 3, 10], [7, 3]);
        foreach (var mode in Enum.GetValues<Interpolation>())
        {
            yield return new(Crop(mode, 0.4, 0.1, 0.6, 0.9), [1, 2, 5, 6], [4, 3]);
            yield return new(Crop(mode, -0.3, 0.8, 1.2, 0.1), [1, 9, 5, 6], [7, 1]);
            yield return new(Crop(mode, 1.5, 0, 2, 1), [1, 2, 5, 6], [3, 4]);
        }

        // The cubic kernel: other coefficients, without what lies outside.
        yield return new(new(Interpolation.Cubic) { CubicCoefficient = -0.5, ExcludeOutside = true }, [1, 3, 5, 4], [9, 3]);
        yield return new(new(Interpolation.Cubic), [2, 17, 4, 5], [6, 10]);
        yield return new(new(Interpolation.Linear) { ExcludeOutside = true }, [1, 2, 5, 4], [9, 3]);

        // Antialiased, far down, and up where nothing is stretched.
        yield return new(ResizeGeometry.Of(Interpolation.Linear, false, true), [1, 2, 9, 40], [3, 7]);
        yield return new(ResizeGeometry.Of(Interpolation.Cubic, false, true), [1, 10, 23, 11], [4, 5]);
        yield return new(ResizeGeometry.Of(Interpolation.Cubic, false, true), [1, 2, 4, 5], [9, 10]);
        yield return new(new(Interpolation.Linear) { Antialias = true, Scales = [0.4, 0.3] }, [1, 2, 10, 10], [4, 3]);

        // One axis, also long; three axes.
        yield return new(new(), [2, 3, 7], [12]);
        yield return new(new(Interpolation.Cubic), [2, 20, 5], [9]);
        yield return new(new(Interpolation.Nearest), [1, 4, 100], [33]);
        yield return new(new(Interpolation.Linear, ResizeCoordinates.AlignCorners), [3, 1, 2], [70]);
        yield return new(new(), [1, 2, 3, 4, 5], [6, 8, 10]);
        yield return new(new(Interpolation.Cubic), [2, 9, 4, 3, 5], [2, 3, 7]);
        yield return new(new(Interpolation.Nearest), [1, 2, 3, 4, 2], [5, 4, 3]);
    }

    static ResizeGeometry Crop(Interpolation mode, double top, double left, double bottom, double right) =>
        new(mode, ResizeCoordinates.CropAndResize) { Region = [top, left, bottom, right] };
}
