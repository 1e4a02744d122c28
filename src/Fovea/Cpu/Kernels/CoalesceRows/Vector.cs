using System.Numerics;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CoalesceRows;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Joins float32 rows: first the slot of every index, by a hash table; then strips of the rows' elements, each added in the order of the
/// indices, so that no two pieces meet.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.CoalesceRows> where T : unmanaged, IVec<T>
{
    // Elements of a strip: some cache lines.
    const int Strip = 64;

    static readonly string OwnName = $"CoalesceRows.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CoalesceRows op, KernelCase @case) => "CoalesceRows.vector";

    protected override bool Supports(Ops.CoalesceRows op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[1].Count > 0;

    protected override LayoutRule Layouts(Ops.CoalesceRows op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    // Scratch, in ints: how many slots are not needed, a slot of each index, the hash table (slot + 1, or 0).
    protected override KernelWork Prepare(Ops.CoalesceRows op, KernelCase @case)
    {
        long count = @case.Inputs[1].Count, length = Length(@case);
        return new([1, VectorKernels.Pieces(length, Strip)], checked((1 + count + Table(count)) * sizeof(int)));
    }

    static long Table(long count) => (long)BitOperations.RoundUpToPowerOf2((ulong)count * 2);

    static long Length(KernelCase @case) => @case.Outputs[0].Count / @case.Outputs[1].Count;

    protected override void Run(Ops.CoalesceRows op, in KernelCall call)
    {
        int count = (int)call.Case.Inputs[1].Count;
        int* unused = (int*)call.Scratch, slotOf = unused + 1;
        if (call.Phase == 0)
        {
            *unused = FindSlots(op, call, count, slotOf, new Span<int>(slotOf + count, (int)Table(count)));
            return;
        }
        nint length = (nint)Length(call.Case), first = (nint)call.Piece * Strip, elements = Math.Min(Strip, length - first);
        if (elements <= 0) return;
        int slots = (int)call.Case.Outputs[1].Count;
        float* rows = (float*)call.Output(0) + first, x = (float*)call.Input(0) + first;
        for (nint k = 0; k < slots; k++) ElementwiseLoops.Fill<T>(0f, elements, rows + k * length);
        for (nint t = 0; t < count; t++, x += length)
        {
            float* row = rows + (*unused + slotOf[t]) * length;
            ElementwiseLoops.Binary<T, AddBody>(row, x, elements, default, row);
        }
    }

    /// <summary>
    /// The slot of each index, in the order in which places are named first, and the positions; gives how many slots are not needed.
    /// </summary>
    static int FindSlots(Ops.CoalesceRows op, in KernelCall call, int count, int* slotOf, Span<int> table)
    {
        var positions = call.Target<long>(1);
        int used = 0, size = (int)op.Size.Value, shift = 32 - BitOperations.Log2((uint)table.Length);
        table.Clear();
        for (int t = 0; t < count; t++)
        {
            int place = (int)GatherBox.Index(call, 1, t, size);
            // Multiplying by 2³² over the golden ratio spreads neighbours; a table at most half full keeps runs short.
            int at = (int)((uint)place * 2654435769u >> shift);
            while (table[at] != 0 && positions[table[at] - 1] != place) at = (at + 1) & (table.Length - 1);
            if (table[at] == 0)
            {
                positions[used] = place;
                table[at] = ++used;
            }
            slotOf[t] = table[at] - 1;
        }
        int unused = positions.Length - used;
        positions[..used].CopyTo(positions[unused..]);
        positions[..unused].Fill(positions[unused]);
        return unused;
    }
}
