using System.Buffers.Binary;

namespace Fovea.Data;

/// <summary>The CRC-32 of gzip (RFC 1952: reflected polynomial 0xEDB88320), eight bytes at a time through eight tables.</summary>
internal struct Crc32
{
    private const int Slices = 8;
    private static readonly uint[] Tables = MakeTables();
    private uint _state;

    /// <summary>The checksum of what was appended so far.</summary>
    public readonly uint Value => _state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~_state;
        uint[] tables = Tables;
        while (bytes.Length >= Slices)
        {
            // A table per byte position: each gives the effect of its byte after the ones that follow it in the group.
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc, high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[(7 << 8) + (byte)low] ^ tables[(6 << 8) + (byte)(low >> 8)]
                ^ tables[(5 << 8) + (byte)(low >> 16)] ^ tables[(4 << 8) + (int)(low >> 24)]
                ^ tables[(3 << 8) + (byte)high] ^ tables[(2 << 8) + (byte)(high >> 8)]
                ^ tables[(1 << 8) + (byte)(high >> 16)] ^ tables[(int)(high >> 24)];
            bytes = bytes[Slices..];
        }

        foreach (byte b in bytes) crc = tables[(byte)(crc ^ b)] ^ (crc >> 8);
        _state = ~crc;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0xEDB88320u & (0u - (value & 1)));
            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++) tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
