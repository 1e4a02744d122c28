using Fovea.Data;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// The raw elements of variables, for digests, checkpoints and kept weights. Read under the variable's lock and without marking it
/// observed: the next step still writes in place.
/// </summary>
static class VariableBytes
{
    public static void Use(Variable variable, ReadOnlySpanAction action)
    {
        var storage = variable.BeginRead();
        try
        {
            action(storage.Bytes);
        }
        finally
        {
            variable.EndRead();
        }
    }

    public delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);

    /// <summary>The variable as a tensor of a file.</summary>
    public static SafetensorsSource Source(string name, Variable variable) =>
        new(name, variable.Type.Element, variable.Shape.ToDims(), stream => Use(variable, stream.Write));

    /// <summary>Overwrites a variable; heals one that was left half written.</summary>
    public static void Restore(Variable variable, ReadOnlySpan<byte> bytes)
    {
        var storage = Storage.Create(variable.Type.Element, variable.Count, pinned: true);
        bytes.CopyTo(storage.Bytes);
        variable.Assign(new Tensor(variable.Type, storage));
    }
}
