using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// The raw elements of variables, for digests, checkpoints and kept weights. Read under the variable's lock and without marking it observed:
/// the next step still writes in place.
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

    public static byte[] Copy(Variable variable)
    {
        byte[] copy = [];
        Use(variable, bytes => copy = bytes.ToArray());
        return copy;
    }

    /// <summary>Overwrites a variable; heals one that was left half written.</summary>
    public static void Restore(Variable variable, ReadOnlySpan<byte> bytes)
    {
        var storage = Storage.Create(variable.Type.Element, variable.Count, pinned: true);
        bytes.CopyTo(storage.Bytes);
        variable.Assign(new Tensor(variable.Type, storage));
    }
}
