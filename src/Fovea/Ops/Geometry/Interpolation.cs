namespace Fovea;

/// <summary>How an image is read between its pixels.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel.</summary>
    Nearest,
    /// <summary>The straight line between two pixels an axis: linear, bilinear, trilinear.</summary>
    Linear,
    /// <summary>A cubic through four pixels an axis (Keys 1981): bicubic.</summary>
    Cubic,
}
