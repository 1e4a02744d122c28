namespace Fovea;

/// <summary>What a border holds that is laid around an image.</summary>
public enum PadMode
{
    /// <summary>One number; zeros around a convolution's input.</summary>
    Constant,
    /// <summary>The pixels inside, mirrored at the outermost one, which is not repeated: 3 2 | 1 2 3 | 2 1. Less than the axis.</summary>
    Reflect,
    /// <summary>The outermost pixel, again and again: 1 1 | 1 2 3 | 3 3. ONNX: edge.</summary>
    Replicate,
    /// <summary>The pixels of the other end: 2 3 | 1 2 3 | 1 2. No wider than the axis. ONNX: wrap.</summary>
    Circular,
}
