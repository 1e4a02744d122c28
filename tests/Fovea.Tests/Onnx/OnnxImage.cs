namespace Fovea.Tests.Onnx;

internal static class OnnxImage
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = [],
        Reasons = new[] { "Resize", "Upsample", "DepthToSpace", "SpaceToDepth", "GridSample", "RoiAlign" }
            .ToDictionary(name => name, _ => "waits for its operator"),
    };
}
