using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fovea.Data;

/// <summary>Some images of another set. A view of a view refers to the set itself.</summary>
internal sealed class SubsetDataset(Dataset source, int[] indices) : Dataset(source.InputShape, indices.Length, source.Classes)
{
    public override int Label(int index) => source.Label(indices[index]);

    public override void Read(int index, Span<float> image) => source.Read(indices[index], image);

    internal override Dataset View(int[] chosen) => new SubsetDataset(source, Array.ConvertAll(chosen, i => indices[i]));

    /// <summary>The source's digest stands for its content; the indices say what is taken of it.</summary>
    protected internal override void AppendContent(IncrementalHash hash)
    {
        hash.AppendData(Encoding.ASCII.GetBytes(source.Digest));
        byte[] bytes = new byte[indices.Length * sizeof(int)];
        for (int i = 0; i < indices.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), indices[i]);
        hash.AppendData(bytes);
    }
}
