using System.Buffers.Binary;

namespace Fovea.Tests.Onnx;

/// <summary>One message of protocol buffers, field by field: lengths are checked, and nothing is read beyond the message's end.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    enum Wire { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 }

    readonly ReadOnlySpan<byte> _message = message;
    int _position;
    Wire _wire;

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    internal bool Next(out int field)
    {
        field = 0;
        if (_position == _message.Length)
        {
            return false;
        }

        var tag = Varint();
        (field, _wire) = (checked((int)(tag >> 3)), (Wire)(tag & 7));
        return _wire is Wire.Varint or Wire.Fixed64 or Wire.Bytes or Wire.Fixed32 ? true
            : throw new InvalidDataException($"Wire type {(int)_wire} at byte {_position}.");
    }

    internal void Skip() => _ = _wire == Wire.Varint ? Varint() : (ulong)Raw().Length;

    internal long Integer() => _wire == Wire.Varint ? (long)Varint() : throw Unexpected();

    internal float Single() => _wire == Wire.Fixed32 ? BinaryPrimitives.ReadSingleLittleEndian(Raw()) : throw Unexpected();

    internal ReadOnlySpan<byte> Bytes() => _wire == Wire.Bytes ? Raw() : throw Unexpected();

    internal string Text() => System.Text.Encoding.UTF8.GetString(Bytes());

    /// <summary>The integers of a repeated field: one, or packed.</summary>
    internal void Integers(List<long> target)
    {
        if (_wire == Wire.Varint)
        {
            target.Add(Integer());
            return;
        }

        var packed = new ProtoReader(Bytes());
        while (packed._position < packed._message.Length)
        {
            target.Add((long)packed.Varint());
        }
    }

    /// <summary>The numbers of a repeated field of a fixed width, as bytes: one, or packed.</summary>
    internal ReadOnlySpan<byte> Fixed() => _wire == Wire.Varint ? throw Unexpected() : Raw();

    ReadOnlySpan<byte> Raw()
    {
        var length = _wire switch { Wire.Fixed32 => 4UL, Wire.Fixed64 => 8UL, _ => Varint() };
        if (length > (ulong)(_message.Length - _position))
        {
            throw new InvalidDataException($"{length} bytes at byte {_position} of {_message.Length}.");
        }

        var start = _position;
        _position += (int)length;
        return _message[start.._position];
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _message.Length)
            {
                break;
            }

            var next = _message[_position++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }

        throw new InvalidDataException($"An integer does not end before byte {_position} of {_message.Length}.");
    }

    readonly InvalidDataException Unexpected() => new($"The field before byte {_position} has wire type {_wire}.");
}
