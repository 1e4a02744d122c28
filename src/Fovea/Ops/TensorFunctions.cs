namespace Fovea;

/// <summary>What is computed with tensors: each function stands in its operator's file.</summary>
public static partial class TensorFunctions;
