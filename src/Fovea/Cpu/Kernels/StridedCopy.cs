using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// Copies elements between places that strides describe; the reference of everything that only moves data, whatever its type.
/// </summary>
static class StridedCopy
{
    /// <summary>Fills all of output 0 from input 0.</summary>
    /// <param name="call">The call.</param>
    /// <param name="strides">How far apart neighbours of the output lie in the input, for each axis of the output.</param>
    /// <param name="offset">Where the output's first element lies in the input.</param>
    public static void Run(in KernelCall call, in Strides strides, long offset = 0) =>
        Run(call, 0, call.Case.Outputs[0].Sizes, strides, offset, call.Case.Outputs[0].Strides, 0);

    /// <summary>Copies a box of elements from an input to output 0.</summary>
    public static void Run(in KernelCall call, int input, Dims box, in Strides from, long fromOffset, in Strides to, long toOffset)
    {
        switch (call.Case.Outputs[0].Element.Size())
        {
            case 1: Run<byte>(call, input, box, from, fromOffset, to, toOffset); break;
            case 2: Run<ushort>(call, input, box, from, fromOffset, to, toOffset); break;
            case 4: Run<uint>(call, input, box, from, fromOffset, to, toOffset); break;
            case 8: Run<ulong>(call, input, box, from, fromOffset, to, toOffset); break;
            default: Run<UInt128>(call, input, box, from, fromOffset, to, toOffset); break;
        }
    }

    static void Run<T>(in KernelCall call, int input, Dims box, in Strides from, long fromOffset, in Strides to, long toOffset)
        where T : unmanaged
    {
        var source = Elements<T>(call.Input(input), call.Case.Inputs[input]);
        var target = Elements<T>(call.Output(0), call.Case.Outputs[0]);
        var at = new Odometer(box);
        while (at.MoveNext()) target[(int)toOffset + at.Offset(to)] = source[(int)fromOffset + at.Offset(from)];
    }

    /// <summary>Copies one element of input 0, at a place counted in elements, to a place of output 0.</summary>
    public static void Element(in KernelCall call, long from, long to, int size) =>
        Elements<byte>(call.Input(0), call.Case.Inputs[0].Bytes).Slice(checked((int)(from * size)), size)
            .CopyTo(Elements<byte>(call.Output(0), call.Case.Outputs[0].Bytes)[checked((int)(to * size))..]);

    /// <summary>Fills all of output 0 with the bytes of one element.</summary>
    public static void Fill(in KernelCall call, ReadOnlySpan<byte> element)
    {
        var target = Elements<byte>(call.Output(0), call.Case.Outputs[0].Bytes);
        for (int i = 0; i < target.Length; i += element.Length) element.CopyTo(target[i..]);
    }

    static Span<T> Elements<T>(nint address, in BoundType type) where T : unmanaged => Elements<T>(address, type.Count);

    // The elements' meaning does not matter to a copy, only their size.
    static unsafe Span<T> Elements<T>(nint address, long count) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>((void*)address), checked((int)count));
}
