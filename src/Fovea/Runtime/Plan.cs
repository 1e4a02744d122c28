using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Runtime;

/// <summary>Where a plan's value lies.</summary>
enum ValueKind : byte
{
    /// <summary>In the arena, at an offset.</summary>
    Arena,
    /// <summary>In the caller's input.</summary>
    Input,
    /// <summary>In the caller's output.</summary>
    Output,
    /// <summary>In a variable's buffer.</summary>
    Variable,
    /// <summary>In a constant that the plan keeps.</summary>
    Constant,
}

/// <summary>A value of a plan.</summary>
/// <param name="Type">Element type, sizes, layout.</param>
/// <param name="Kind">Where it lies.</param>
/// <param name="Index">Which input, output, variable or constant.</param>
/// <param name="Offset">Bytes from the arena's start.</param>
readonly record struct PlanValue(BoundType Type, ValueKind Kind, int Index, long Offset);

/// <summary>One kernel call of a plan.</summary>
sealed class PlanStep(Kernel kernel, Op op, KernelCase @case, KernelWork work, int[] values, string scope)
{
    public Kernel Kernel { get; } = kernel;
    public Op Op { get; } = op;
    public KernelCase Case { get; } = @case;
    public KernelWork Work { get; } = work;

    /// <summary>The plan's values that are the inputs, then the outputs.</summary>
    public int[] Values { get; } = values;

    public string Scope { get; } = scope;

    /// <summary>Bytes from the arena's start to the step's scratch.</summary>
    public long ScratchOffset { get; set; }

    public override string ToString() => $"{Op.Name}{(Scope.Length == 0 ? "" : $" \"{Scope}\"")} by {Kernel.Name}";
}

/// <summary>A variable of a plan.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Written">Whether the plan writes it.</param>
/// <param name="InPlace">Whether its buffer is written before the last step.</param>
readonly record struct PlanVariable(Variable Variable, bool Written, bool InPlace);

/// <summary>What will happen: kernel calls over one arena, every offset fixed. Immutable; any number of runs at once.</summary>
sealed class Plan
{
    readonly int[] _phaseSteps, _phaseIndices, _phasePieces;
    readonly Stack<PlanRun> _idle = new();

    public Plan(PlanStep[] steps, PlanValue[] values, PlanVariable[] variables, Storage[] constants, int inputs, BoundType[] outputs,
        long arenaBytes, double work)
    {
        Steps = steps;
        Values = values;
        Variables = variables;
        Constants = constants;
        InputCount = inputs;
        Outputs = outputs;
        ArenaBytes = arenaBytes;
        Work = work;
        List<int> phaseSteps = [], phaseIndices = [], phasePieces = [];
        for (int i = 0; i < steps.Length; i++)
        {
            WalkerScratch = Math.Max(WalkerScratch, steps[i].Work.WalkerScratch + 63 & ~63L);
            for (int j = 0; j < steps[i].Work.Pieces.Length; j++)
            {
                phaseSteps.Add(i);
                phaseIndices.Add(j);
                phasePieces.Add(steps[i].Work.Pieces[j]);
            }
        }
        _phaseSteps = [.. phaseSteps];
        _phaseIndices = [.. phaseIndices];
        _phasePieces = [.. phasePieces];
    }

    public PlanStep[] Steps { get; }
    public PlanValue[] Values { get; }
    public PlanVariable[] Variables { get; }
    public Storage[] Constants { get; }
    public int InputCount { get; }
    public BoundType[] Outputs { get; }

    /// <summary>Bytes of all values and shared scratch.</summary>
    public long ArenaBytes { get; }

    /// <summary>Bytes of scratch for each worker.</summary>
    public long WalkerScratch { get; }

    /// <summary>Estimated nanoseconds on one thread: small plans run alone.</summary>
    public double Work { get; }

    public int PhaseCount => _phaseSteps.Length;
    public int Pieces(int phase) => _phasePieces[phase];
    public PlanStep StepOf(int phase, out int phaseOfStep)
    {
        phaseOfStep = _phaseIndices[phase];
        return Steps[_phaseSteps[phase]];
    }

    /// <summary>A run that no one uses, with its arena leased for so many workers.</summary>
    public PlanRun Start(int workers)
    {
        PlanRun? run;
        lock (_idle) _idle.TryPop(out run);
        run ??= new PlanRun(this);
        run.Lease(workers);
        return run;
    }

    public void Finish(PlanRun run)
    {
        run.Release();
        lock (_idle) _idle.Push(run);
    }
}
