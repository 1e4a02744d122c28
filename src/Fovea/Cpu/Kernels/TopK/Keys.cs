using System.Runtime.CompilerServices;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.TopK;

/// <summary>The kernels by keys, widest first.</summary>
static class Keys
{
    public static Kernel[] All { get; } = [new Keys<V512>(), new Keys<V256>(), new Keys<V128>()];
}

/// <summary>
/// The best float32 elements of lines, by keys of 64 bits that hold the value and the place, so that no two are equal and the smallest key
/// is the best. Few are kept in order while the line is read, whole vectors of worse elements passed over; many are parted from the others,
/// then sorted.
/// </summary>
sealed unsafe class Keys<T> : Kernel<Ops.TopK> where T : unmanaged, IVec<T>
{
    // Up to so many are kept in order: an insertion is a short move.
    const int Few = 16;

    static readonly string OwnName = $"TopK.keys.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.TopK op, KernelCase @case) => "TopK.keys";

    protected override bool Supports(Ops.TopK op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override KernelWork Prepare(Ops.TopK op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], WalkerScratch: work.Length * sizeof(ulong), Prepared: work);
    }

    protected override void Run(Ops.TopK op, in KernelCall call)
    {
        var work = (SoftmaxWork)call.Prepared!;
        nint length = work.Length, inner = work.Inner;
        int k = call.Case.Outputs[0].Sizes[op.Axis];
        float* x = (float*)call.Input(0), values = (float*)call.Output(0);
        long* places = (long*)call.Output(1);
        ulong* keys = (ulong*)call.WalkerScratch;
        uint flip = op.Largest ? uint.MaxValue : 0;
        var (outer, outers, strip, inners) = work.Block(call.Piece);
        if (k == 0) return;
        for (nint end = outer + outers; outer < end; outer++)
            for (nint j = strip; j < strip + inners; j++)
            {
                float* line = x + outer * length * inner + j;
                if (k > Few || k == length)
                {
                    for (nint i = 0; i < length; i++) keys[i] = Key(line[i * inner], i, flip);
                    if (k < length) Part(keys, length, k);
                    if (op.Sorted) new Span<ulong>(keys, k).Sort();
                }
                else if (inner == 1) Best(line, length, k, flip, keys);
                else Best(line, length, inner, k, flip, keys);
                if (!op.Sorted)
                {
                    for (int i = 0; i < k; i++) keys[i] = (uint)keys[i];
                    new Span<ulong>(keys, k).Sort();
                }
                nint to = outer * k * inner + j;
                for (int i = 0; i < k; i++, to += inner)
                {
                    nint place = (nint)(uint)keys[i];
                    values[to] = line[place * inner];
                    places[to] = place;
                }
            }
    }

    /// <summary>The value's order, then its place. Zeros are one value, NaNs are one, above all others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Key(float value, nint place, uint flip)
    {
        int bits = BitConverter.SingleToInt32Bits(value + 0f);
        uint order = float.IsNaN(value) ? uint.MaxValue : (uint)(bits ^ (bits >> 31 | int.MinValue));
        return (ulong)(order ^ flip) << 32 | (uint)place;
    }

    /// <summary>The k best of a dense line, in order. A vector that holds nothing better than the worst kept is passed over.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Best(float* line, nint length, int k, uint flip, ulong* keys)
    {
        for (int i = 0; i < k; i++) Insert(keys, i, Key(line[i], i, flip));
        nint at = k;
        for (; at <= length - T.Count; at += T.Count)
        {
            T worst = T.Create(line[(uint)keys[k - 1]]), v = T.Load(line + at);
            // Among equals the earlier one stands: only a better one enters. Not below or equal, so that NaN is looked at.
            T passed = flip != 0 ? T.LessOrEqual(v, worst) : T.LessOrEqual(worst, v);
            if (!T.Any(T.Xor(passed, T.CreateBits(-1)))) continue;
            for (nint i = at; i < at + T.Count; i++) Enter(keys, k, Key(line[i], i, flip));
        }
        for (; at < length; at++) Enter(keys, k, Key(line[at], at, flip));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Best(float* line, nint length, nint step, int k, uint flip, ulong* keys)
    {
        for (int i = 0; i < k; i++) Insert(keys, i, Key(line[i * step], i, flip));
        for (nint at = k; at < length; at++) Enter(keys, k, Key(line[at * step], at, flip));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Enter(ulong* keys, int k, ulong key)
    {
        if (key < keys[k - 1]) Insert(keys, k - 1, key);
    }

    static void Insert(ulong* keys, int count, ulong key)
    {
        int i = count;
        for (; i > 0 && keys[i - 1] > key; i--) keys[i] = keys[i - 1];
        keys[i] = key;
    }

    /// <summary>Brings the k smallest keys to the front, in any order (Hoare's selection; keys are distinct).</summary>
    static void Part(ulong* keys, nint count, nint k)
    {
        nint low = 0, high = count - 1;
        // A bad run of pivots must not make it quadratic.
        for (int rounds = 64; low < high; rounds--)
        {
            if (rounds == 0)
            {
                new Span<ulong>(keys + low, checked((int)(high - low + 1))).Sort();
                return;
            }
            ulong a = keys[low], b = keys[(low + high) / 2], c = keys[high];
            ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            nint i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot) i++;
                while (keys[j] > pivot) j--;
                if (i > j) break;
                (keys[i], keys[j]) = (keys[j], keys[i]);
                i++;
                j--;
            }
            if (k - 1 <= j) high = j;
            else if (k - 1 >= i) low = i;
            else return;
        }
    }
}
