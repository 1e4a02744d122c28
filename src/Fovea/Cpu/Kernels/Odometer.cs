using System.Runtime.CompilerServices;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// Counts through all places of a box of any rank, the last axis fastest. It stands before the first place until it is moved.
/// </summary>
struct Odometer(Dims sizes)
{
    [InlineArray(Dims.Capacity)]
    struct Digits
    {
        int _first;
    }

    Digits _at;
    bool _started;

    /// <summary>The place along one axis.</summary>
    public readonly int this[int axis] => _at[axis];

    /// <summary>Goes to the next place; false after the last.</summary>
    public bool MoveNext()
    {
        if (!_started)
        {
            _started = true;
            return !sizes.AsSpan().Contains(0);
        }
        for (int axis = sizes.Count - 1; axis >= 0; axis--)
        {
            if (++_at[axis] < sizes[axis]) return true;
            _at[axis] = 0;
        }
        return false;
    }

    /// <summary>Where the place lies in a value; axes of the box are the value's axes from <paramref name="firstAxis"/> on.</summary>
    public readonly int Offset(in Strides strides, int firstAxis = 0)
    {
        long offset = 0;
        for (int axis = 0; axis < sizes.Count; axis++) offset += _at[axis] * strides[firstAxis + axis];
        return (int)offset;
    }
}
