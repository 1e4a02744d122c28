using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>What an operator costs, counted from shapes.</summary>
/// <param name="MultiplyAdds">Multiply-adds (one of each is one).</param>
/// <param name="BytesRead">Bytes of the inputs.</param>
/// <param name="BytesWritten">Bytes of the outputs.</param>
public readonly record struct Cost(Dim MultiplyAdds, Dim BytesRead, Dim BytesWritten)
{
    /// <summary>Bytes only: the default of an operator that multiplies nothing.</summary>
    public static Cost OfBytes(Inputs inputs, IReadOnlyList<TensorType> outputs) => Of(0, inputs, outputs);

    /// <summary>Multiply-adds, and the bytes of all inputs and outputs.</summary>
    public static Cost Of(Dim multiplyAdds, Inputs inputs, IReadOnlyList<TensorType> outputs)
    {
        Dim read = 0, written = 0;
        for (int i = 0; i < inputs.Count; i++) read += inputs[i].Shape.Count * inputs[i].Element.Size();
        foreach (var output in outputs) written += output.Shape.Count * output.Element.Size();
        return new(multiplyAdds, read, written);
    }
}
