using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Copies a value's elements to wherever the output's layout puts them; the reference of everything that only moves data.</summary>
static class StridedCopy
{
    /// <param name="call">Input 0 is copied to output 0.</param>
    /// <param name="strides">Where output element (i, j, …) lies in the input: in elements, per axis of the output.</param>
    public static void Run(in KernelCall call, in Strides strides)
    {
        switch (call.Case.Outputs[0].Element.Size())
        {
            case 1: Run<byte>(call, strides); break;
            case 2: Run<ushort>(call, strides); break;
            case 4: Run<uint>(call, strides); break;
            case 8: Run<ulong>(call, strides); break;
            default: Run<UInt128>(call, strides); break;
        }
    }

    static void Run<T>(in KernelCall call, in Strides strides) where T : unmanaged
    {
        var type = call.Case.Outputs[0];
        var source = Elements<T>(call.Input(0), call.Case.Inputs[0]);
        var target = Elements<T>(call.Output(0), type);
        var targetStrides = type.Strides;
        var at = new Odometer(type.Sizes);
        while (at.MoveNext()) target[at.Offset(targetStrides)] = source[at.Offset(strides)];
    }

    // The elements' meaning does not matter to a copy, only their size.
    static unsafe Span<T> Elements<T>(nint address, in BoundType type) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>((void*)address), checked((int)type.Count));
}
