using Fovea.Graphs;
using Fovea.Passes;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels;

/// <summary>Where the inputs and outputs of a body lie in one turn.</summary>
interface IBodyPlaces
{
    nint Input(int index);

    nint Output(int index);
}

/// <summary>
/// A body as a plan of its own, which a kernel runs inside its step: its values lie in the step's scratch, so nothing is allocated. A
/// piece of the body is a piece of the step: where the body's phases are phases of the step, all workers share them.
/// </summary>
sealed unsafe class BodyPlan
{
    // Below this a turn takes less time than waking a worker; above, phases would fill the plan.
    const long LeastWork = 1 << 17, MostPhases = 1 << 14;

    readonly Plan _plan;
    readonly long _tableBytes;

    BodyPlan(Plan plan)
    {
        _plan = plan;
        _tableBytes = Align((long)plan.Values.Length * sizeof(nint));
    }

    /// <summary>Plans a body whose sizes are known.</summary>
    public static BodyPlan Of(Region body, Numerics numerics)
    {
        Graph? graph = null;
        Trace.Suspend(() => graph = Simplify.Run(Trace.Run(body.Inputs, Mode.Inference, body.Apply)));
        return new(new Lowering(graph!, new SymbolSizes(), CpuBackend.Instance, numerics).Run());
    }

    /// <summary>Whether so many turns of the body are worth being cut over workers: a function of their sizes alone.</summary>
    public static bool IsCut(Region body, long turns) => body.MultiplyAdds() is { IsKnown: true } work && work.Value >= LeastWork
        && turns * (body.Steps.Count + 1) <= MostPhases;

    /// <summary>The phases of one turn.</summary>
    public int Phases => _plan.PhaseCount;

    public int Pieces(int phase) => _plan.Pieces(phase);

    /// <summary>Bytes of the body's values and shared scratch.</summary>
    public long ArenaBytes => Align(_plan.ArenaBytes);

    /// <summary>Bytes of each worker.</summary>
    public long WalkerBytes => _tableBytes + _plan.WalkerScratch;

    /// <summary>Estimated nanoseconds of one turn on one thread.</summary>
    public double Work => _plan.Work;

    /// <summary>Runs a whole turn on the calling thread.</summary>
    public void Run<TPlaces>(in TPlaces places, nint arena, nint walkerScratch) where TPlaces : struct, IBodyPlaces, allows ref struct
    {
        for (int phase = 0; phase < _plan.PhaseCount; phase++)
            for (int piece = 0; piece < _plan.Pieces(phase); piece++) Run(places, phase, piece, arena, walkerScratch);
    }

    /// <summary>Runs one piece of a turn.</summary>
    public void Run<TPlaces>(in TPlaces places, int phase, int piece, nint arena, nint walkerScratch)
        where TPlaces : struct, IBodyPlaces, allows ref struct
    {
        var step = _plan.StepOf(phase, out int phaseOfStep);
        nint* table = (nint*)walkerScratch;
        foreach (int number in step.Values)
        {
            ref readonly var value = ref _plan.Values[number];
            table[number] = value.Kind switch
            {
                ValueKind.Arena => arena + (nint)value.Offset,
                ValueKind.Input => places.Input(value.Index),
                ValueKind.Output => places.Output(value.Index),
                _ => _plan.Constants[value.Index].Address,
            };
        }
        step.Kernel.Run(step.Op, new KernelCall(step.Case, new(table, _plan.Values.Length), step.Values, step.Work.Prepared,
            arena + (nint)step.ScratchOffset, walkerScratch + (nint)_tableBytes, phaseOfStep, piece));
    }

    /// <summary>The phases of a step that runs some body again and again, after some of its own.</summary>
    public IEnumerable<int> PhasesOfTurns(int turns)
    {
        for (int turn = 0; turn < turns; turn++)
            for (int phase = 0; phase < Phases; phase++) yield return Pieces(phase);
    }

    /// <summary>Bytes up to the next 64.</summary>
    public static long Align(long bytes) => bytes + 63 & ~63L;

    public static void Copy(nint from, nint to, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);

    public static void Clear(nint from, long bytes)
    {
        for (; bytes > 0; bytes -= 1 << 30, from += 1 << 30) new Span<byte>((void*)from, (int)Math.Min(bytes, 1 << 30)).Clear();
    }
}
