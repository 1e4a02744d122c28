using System.Runtime.InteropServices;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>How the harness runs a kernel. Every choice must give the same bits.</summary>
internal sealed record KernelRun
{
    /// <summary>Layout of every value that the kernel leaves open (Common, Any); row-major unless given.</summary>
    public Func<int, Layout> Free { get; init; } = _ => Layout.RowMajor;

    /// <summary>Whether the pieces of a phase run last to first.</summary>
    public bool LastFirst { get; init; }

    /// <summary>What the plan allows.</summary>
    public Numerics Numerics { get; init; }

    /// <summary>What fills outputs and scratch before the run; the default is NaN as float, double or half.</summary>
    public byte Dirt { get; init; } = 0xFF;

    /// <summary>Lets an output lie over an input, as a plan may where the kernel allows it.</summary>
    public (int Input, int Output)? Over { get; init; }
}

/// <summary>
/// Runs one kernel on arrays, phase by phase and piece by piece, as a plan does. Outputs and scratch start as NaN; guard bytes around every
/// value and around the scratch are checked afterwards. The conformance suite and the tests of kernels run on it.
/// </summary>
internal static class KernelHarness
{
    const int Guard = 256;
    const byte Fence = 0xA5;

    /// <summary>The outputs of the kernel, row-major.</summary>
    public static SampleValue[] Run(Kernel kernel, Op op, params SampleValue[] inputs) => Run(kernel, op, new KernelRun(), inputs);

    /// <summary>The outputs of the kernel, row-major.</summary>
    public static SampleValue[] Run(Kernel kernel, Op op, KernelRun run, params SampleValue[] inputs)
    {
        var @case = Case(kernel, op, run, inputs);
        var work = kernel.Prepare(op, @case);
        int count = inputs.Length + @case.Outputs.Length;
        var memory = new Block[count];
        for (int i = 0; i < inputs.Length; i++)
        {
            memory[i] = new Block(@case.Inputs[i].Bytes, run.Dirt);
            Relay(inputs[i].Bytes, memory[i].Span, @case.Inputs[i], toLayout: true);
        }
        for (int i = 0; i < @case.Outputs.Length; i++)
        {
            if (run.Over is { } over && over.Output == i)
            {
                if (!kernel.WritesOver(op, @case, over.Input, i))
                    throw new ArgumentException($"{kernel.Name} does not write output {i} over input {over.Input}.");
                memory[inputs.Length + i] = memory[over.Input];
            }
            else memory[inputs.Length + i] = new Block(@case.Outputs[i].Bytes, run.Dirt);
        }
        Block scratch = new(work.Scratch, run.Dirt), walker = new(work.WalkerScratch, run.Dirt);

        nint[] addresses = [.. memory.Select(m => m.Address)];
        int[] values = [.. Enumerable.Range(0, count)];
        for (int phase = 0; phase < work.Pieces.Length; phase++)
            for (int i = 0; i < work.Pieces[phase]; i++)
            {
                int piece = run.LastFirst ? work.Pieces[phase] - 1 - i : i;
                walker.Span.Fill(run.Dirt);
                kernel.Run(op, new KernelCall(@case, addresses, values, work.Prepared, scratch.Address, walker.Address, phase, piece));
            }

        for (int i = 0; i < count; i++)
            memory[i].Check($"{(i < inputs.Length ? $"input {i}" : $"output {i - inputs.Length}")} of {kernel.Name}");
        scratch.Check($"the scratch of {kernel.Name}");
        walker.Check($"the walker's scratch of {kernel.Name}");
        return [.. @case.Outputs.Select((type, i) =>
        {
            byte[] bytes = new byte[type.Bytes];
            Relay(memory[inputs.Length + i].Span, bytes, type, toLayout: false);
            return new SampleValue(type.Element, type.Sizes, bytes);
        })];
    }

    /// <summary>The case that a plan would make: types by the shape rule, layouts by the kernel's rule.</summary>
    public static KernelCase Case(Kernel kernel, Op op, KernelRun run, params SampleValue[] inputs)
    {
        var outputs = op.Infer(Inputs.Of(op, [.. inputs.Select(i => i.Type)]));
        var open = new KernelCase(
            [.. inputs.Select(i => new BoundType(i.Element, i.Sizes, Layout.RowMajor))],
            [.. outputs.Select(o => new BoundType(o.Element, o.Shape.ToDims(), Layout.RowMajor))], run.Numerics);
        if (!kernel.Supports(op, open)) throw new ArgumentException($"{kernel.Name} does not compute {op} for {open}.");
        return Placed(kernel, op, run, open);
    }

    /// <summary>A case with the layouts that the kernel takes and gives.</summary>
    public static KernelCase Placed(Kernel kernel, Op op, KernelRun run, KernelCase open)
    {
        var rule = kernel.Layouts(op, open);
        return open with
        {
            Inputs = [.. open.Inputs.Zip(rule.Inputs, Place)],
            Outputs = [.. open.Outputs.Zip(rule.Outputs, Place)],
        };

        BoundType Place(BoundType type, Placement placement) => type with
        {
            Layout = placement switch
            {
                Placement.RowMajor => Layout.RowMajor,
                Placement.ChannelsLast => Layout.ChannelsLast(type.Rank),
                _ => run.Free(type.Rank),
            },
        };
    }

    // Copies between row-major order and the order of the type's layout.
    static void Relay(ReadOnlySpan<byte> source, Span<byte> target, BoundType type, bool toLayout)
    {
        int size = type.Element.Size();
        var strides = type.Strides;
        int[] at = new int[type.Rank];
        for (int i = 0; i < type.Count; i++)
        {
            long offset = 0;
            for (int axis = 0; axis < type.Rank; axis++) offset += at[axis] * strides[axis];
            var (from, to) = toLayout ? (i, (int)offset) : ((int)offset, i);
            source.Slice(from * size, size).CopyTo(target[(to * size)..]);
            for (int axis = type.Rank - 1; axis >= 0 && ++at[axis] == type.Sizes[axis]; axis--) at[axis] = 0;
        }
    }

    // Aligned memory that does not move, between guards.
    sealed class Block
    {
        readonly byte[] _bytes;
        readonly int _start, _length;

        public Block(long length, byte dirt)
        {
            _length = (int)length;
            _bytes = GC.AllocateUninitializedArray<byte>(_length + 2 * Guard + 64, pinned: true);
            _bytes.AsSpan().Fill(Fence);
            nint begin = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
            _start = Guard + (int)(-(begin + Guard) & 63);
            Span.Fill(dirt);
        }

        public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, _start);

        public Span<byte> Span => _bytes.AsSpan(_start, _length);

        public void Check(string what)
        {
            if (_bytes.AsSpan(0, _start).ContainsAnyExcept(Fence))
                throw new InvalidOperationException($"{what} was written before its start.");
            if (_bytes.AsSpan(_start + _length).ContainsAnyExcept(Fence))
                throw new InvalidOperationException($"{what} was written beyond its end.");
        }
    }
}
