using System.Diagnostics;
using System.Runtime.InteropServices;
using Fovea.Cpu.Parallel;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.KernelGym;

/// <summary>Runs a kernel as a plan does: phase by phase, pieces claimed by the pool's workers.</summary>
sealed unsafe class KernelTimer : IPhasedWork
{
    const int MostThreads = 2;

    readonly Kernel _kernel;
    readonly Op _op;
    readonly KernelCase _case;
    readonly KernelWork _work;
    readonly nint[] _addresses;
    readonly int[] _values;
    readonly nint _scratch;
    readonly nint[] _walkers;

    KernelTimer(Kernel kernel, Op op, KernelCase open, Layout? common)
    {
        (_kernel, _op) = (kernel, op);
        var rule = kernel.Layouts(op, open);
        _case = open with { Inputs = [.. open.Inputs.Zip(rule.Inputs, Place)], Outputs = [.. open.Outputs.Zip(rule.Outputs, Place)] };
        _work = kernel.Prepare(op, _case);
        _addresses = [.. _case.Inputs.Concat(_case.Outputs).Select((t, i) => (nint)Memory.Random(t.Count, i))];
        _values = [.. Enumerable.Range(0, _addresses.Length)];
        _scratch = Allocate(_work.Scratch);
        _walkers = [.. Enumerable.Range(0, MostThreads).Select(_ => Allocate(_work.WalkerScratch))];

        static nint Allocate(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);

        BoundType Place(BoundType type, Placement placement) => type with
        {
            Layout = placement == Placement.ChannelsLast ? Layout.ChannelsLast(type.Rank)
                : placement == Placement.Common && common is { } layout ? layout : Layout.RowMajor,
        };
    }

    public int PhaseCount => _work.Pieces.Length;

    /// <summary>The best of the runs of an eighth of a second on one thread, and of as many on two.</summary>
    public static (double One, double Two) Seconds(Kernel kernel, Op op, KernelCase open, Layout? common = null)
    {
        var timer = new KernelTimer(kernel, op, open, common);
        double one = timer.Best(1), two = timer.Best(MostThreads);
        Memory.Free([.. timer._addresses, timer._scratch, .. timer._walkers]);
        return (one, two);
    }

    public int Pieces(int phase) => _work.Pieces[phase];

    public void Run(int phase, int piece, int walker)
        => _kernel.Run(_op, new KernelCall(_case, _addresses, _values, _work.Prepared, _scratch, _walkers[walker], phase, piece));

    double Best(int threads)
    {
        double best = double.PositiveInfinity;
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 8;
        for (int i = 0; i < 5 || Stopwatch.GetTimestamp() < end; i++)
        {
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Run(this, threads);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
