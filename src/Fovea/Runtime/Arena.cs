using System.Runtime.InteropServices;
using Fovea.Errors;

namespace Fovea.Runtime;

/// <summary>A block of native memory, 64-byte aligned, in which a plan lays all its values.</summary>
sealed unsafe class Arena
{
    const int Alignment = 64;

    Arena(nint address, long bytes)
    {
        Address = address;
        Bytes = bytes;
    }

    public nint Address { get; }

    public long Bytes { get; }

    static Arena Allocate(long bytes)
    {
        MemoryBudget.Require(bytes, "a plan");
        return new((nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment), bytes);
    }

    void Free() => NativeMemory.AlignedFree((void*)Address);

    /// <summary>The process's arenas that no run uses. Blocks are lent by size; more than the cap is given back to the system.</summary>
    public static class Pool
    {
        // Between runs this much may lie idle; a training step's arena is one block.
        const long Cap = 4L << 30;
        static readonly List<Arena> Idle = [];
        static long _idleBytes;

        /// <summary>A block of at least so many bytes: the smallest idle one that fits, if it is not wastefully large.</summary>
        /// <exception cref="MemoryBudgetException">The process may not use so much memory.</exception>
        public static Arena Lease(long bytes)
        {
            bytes = Math.Max(bytes, 4096);
            lock (Idle)
            {
                int best = -1;
                for (int i = 0; i < Idle.Count; i++)
                    if (Idle[i].Bytes >= bytes && Idle[i].Bytes / 4 <= bytes && (best < 0 || Idle[i].Bytes < Idle[best].Bytes)) best = i;
                if (best >= 0)
                {
                    var arena = Idle[best];
                    Idle.RemoveAt(best);
                    _idleBytes -= arena.Bytes;
                    return arena;
                }
            }
            return Allocate(bytes);
        }

        public static void Return(Arena arena)
        {
            lock (Idle)
            {
                Idle.Add(arena);
                _idleBytes += arena.Bytes;
                while (_idleBytes > Cap && Idle.Count > 1 || Idle.Count > 64)
                {
                    var oldest = Idle[0];
                    Idle.RemoveAt(0);
                    _idleBytes -= oldest.Bytes;
                    oldest.Free();
                }
            }
        }
    }
}

/// <summary>Refuses memory before it is taken, so that a plan too large ends in one clear line and not in the system's killer.</summary>
static class MemoryBudget
{
    /// <summary>Checks planned bytes against what the process may use.</summary>
    /// <exception cref="MemoryBudgetException">It is more.</exception>
    public static void Require(long bytes, string what)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (available > 0 && bytes > available)
            throw new MemoryBudgetException(
                $"{char.ToUpperInvariant(what[0])}{what[1..]} needs {bytes >> 20} MiB; this process may use {available >> 20} MiB. "
                + "Use a smaller batch or smaller inputs.");
    }
}
