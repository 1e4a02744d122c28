using Fovea.Graphs;

namespace Fovea.Runtime;

/// <summary>One run of a plan: the addresses of its values. Reused; a run allocates nothing.</summary>
sealed class PlanRun(Plan plan) : IPhasedWork
{
    readonly nint[] _addresses = new nint[plan.Values.Length];
    readonly nint[] _inputs = new nint[plan.InputCount];
    readonly nint[] _outputs = new nint[plan.Outputs.Length];
    readonly nint[] _variables = new nint[plan.Variables.Length];
    Arena? _arena;
    nint _walkerScratch;

    public Plan Plan => plan;

    /// <summary>The addresses of the caller's inputs.</summary>
    public Span<nint> Inputs => _inputs;

    /// <summary>The addresses of the caller's outputs.</summary>
    public Span<nint> Outputs => _outputs;

    /// <summary>The addresses of the variables' buffers.</summary>
    public Span<nint> Variables => _variables;

    public void Lease(int workers)
    {
        _arena = Arena.Pool.Lease(plan.ArenaBytes + plan.WalkerScratch * workers);
        _walkerScratch = _arena.Address + (nint)plan.ArenaBytes;
    }

    public void Release()
    {
        Arena.Pool.Return(_arena!);
        _arena = null;
    }

    /// <summary>Resolves every value; called when inputs, outputs and variables are set.</summary>
    public void Resolve()
    {
        var values = plan.Values;
        for (int i = 0; i < values.Length; i++)
        {
            ref readonly var value = ref values[i];
            _addresses[i] = value.Kind switch
            {
                ValueKind.Arena => _arena!.Address + (nint)value.Offset,
                ValueKind.Input => _inputs[value.Index],
                ValueKind.Output => _outputs[value.Index],
                ValueKind.Variable => _variables[value.Index],
                _ => plan.Constants[value.Index].Address,
            };
        }
    }

    public int PhaseCount => plan.PhaseCount;

    public int Pieces(int phase) => plan.Pieces(phase);

    public void Run(int phase, int piece, int walker)
    {
        var step = plan.StepOf(phase, out int phaseOfStep);
        step.Kernel.Run(step.Op, new KernelCall(step.Case, _addresses, step.Values, step.Work.Prepared,
            _arena!.Address + (nint)step.ScratchOffset, _walkerScratch + walker * (nint)plan.WalkerScratch, phaseOfStep, piece));
    }
}
