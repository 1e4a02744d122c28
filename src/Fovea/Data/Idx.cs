namespace Fovea.Data;

/// <summary>
/// The IDX format of the MNIST family: two zero bytes, element type, rank, one big-endian 32-bit size per axis, then the elements, last
/// axis fastest (http://yann.lecun.com/exdb/mnist). Plain or gzip. Only unsigned bytes are read: the images and labels of that family.
/// </summary>
internal static class Idx
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a whole file.</summary>
    /// <param name="reader">The file, at its start.</param>
    /// <param name="rank">The rank that the file must have: 3 for images (count, rows, columns), 1 for labels.</param>
    /// <param name="sizes">The sizes of the axes, each at least 1.</param>
    /// <returns>The elements.</returns>
    public static byte[] Read(BoundedReader reader, int rank, out int[] sizes)
    {
        uint magic = reader.ReadUInt32BigEndian("the IDX magic number");
        uint expected = ((uint)UnsignedByte << 8) | (uint)rank;
        if (magic != expected)
            throw reader.Error($"the magic number is 0x{magic:X8} where 0x{expected:X8} (IDX, unsigned bytes, rank {rank}) is expected");

        int[] read = sizes = new int[rank];
        long count = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            uint size = reader.ReadUInt32BigEndian("an IDX size");
            if (size is 0 or > int.MaxValue) throw reader.Error($"size {size} of axis {axis} is out of range");
            sizes[axis] = (int)size;
            if (size > reader.Length / count) throw Mismatch(axis + 1); // before the product could overflow
            count *= size;
        }

        if (count != reader.Remaining) throw Mismatch(rank);

        byte[] elements = reader.ReadBytes(count, "the elements");
        reader.ExpectEnd();
        return elements;

        Exception Mismatch(int axes) => reader.Error(
            $"the header declares {string.Join('x', read[..axes])} elements, but {reader.Remaining} bytes follow; " +
            "the file is cut off or damaged");
    }
}
