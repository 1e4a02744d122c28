using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Loop;

/// <summary>
/// The turns of a loop. States go from turn to turn by two buffers each, or by their places in the stack that keeps them; whether there is
/// another turn stands in the scratch, where every piece reads it.
/// </summary>
sealed unsafe class LoopTurns
{
    /// <summary>Where a loop is.</summary>
    struct Progress
    {
        /// <summary>Turns made; also the number of the turn that runs, as the body reads it.</summary>
        public long Turn;

        /// <summary>What the body says of the next turn.</summary>
        public byte Condition;

        /// <summary>Whether there is a turn.</summary>
        public bool Runs;
    }

    const int ProgressBytes = 64;

    readonly Ops.Loop _op;
    readonly long[] _buffers;               // the first of each state's two, from the scratch's start
    readonly long[] _stateBytes, _outputBytes;
    readonly long _arena;

    public LoopTurns(Ops.Loop op, KernelCase @case)
    {
        _op = op;
        Maximum = op.IsUnbounded ? long.MaxValue : op.Maximum.Value;
        Body = BodyPlan.Of(op.Body, @case.Numerics);
        _arena = ProgressBytes;
        ScratchBytes = _arena + Body.ArenaBytes;
        _buffers = new long[op.States];
        _stateBytes = new long[op.States];
        for (int i = 0; i < op.States; i++)
        {
            _buffers[i] = ScratchBytes;
            _stateBytes[i] = @case.Inputs[2 + i].Bytes;
            ScratchBytes += 2 * BodyPlan.Align(_stateBytes[i]);
        }
        _outputBytes = [.. @case.Outputs.Select((t, i) => i <= op.States || Maximum == 0 ? t.Bytes : t.Bytes / Maximum)];
    }

    public BodyPlan Body { get; }

    /// <summary>No more turns than this.</summary>
    public long Maximum { get; }

    public long ScratchBytes { get; }

    static Progress* ProgressOf(in KernelCall call) => (Progress*)call.Scratch;

    /// <summary>Whether there is a turn to make.</summary>
    public static bool Runs(in KernelCall call) => ProgressOf(call)->Runs;

    /// <summary>What comes before the first turn.</summary>
    public void Begin(in KernelCall call)
    {
        var progress = ProgressOf(call);
        *progress = new Progress { Condition = *(byte*)call.Input(1) };
        progress->Runs = progress->Condition != 0 && IsBelow(call, 0);
        for (int i = 0; i < _op.States && _op.Keeps && Maximum > 0; i++)
            BodyPlan.Copy(call.Input(2 + i), Kept(call, i, 0), _stateBytes[i]);
    }

    /// <summary>What comes after a turn that was made.</summary>
    public void Advance(in KernelCall call)
    {
        var progress = ProgressOf(call);
        if (!progress->Runs) return;
        progress->Turn++;
        progress->Runs = progress->Condition != 0 && IsBelow(call, progress->Turn);
    }

    /// <summary>What comes after the last turn: the results, and zeros in the stacks beyond it.</summary>
    public void End(in KernelCall call)
    {
        long made = ProgressOf(call)->Turn;
        *(long*)call.Output(0) = made;
        for (int i = 0; i < _op.States; i++)
            BodyPlan.Copy(made == 0 ? call.Input(2 + i) : After(call, i, made - 1), call.Output(1 + i), _stateBytes[i]);
        for (int i = 1 + _op.States; i < _outputBytes.Length; i++)
            BodyPlan.Clear(call.Output(i) + (nint)(made * _outputBytes[i]), (Maximum - made) * _outputBytes[i]);
    }

    /// <summary>The body's values.</summary>
    public nint Arena(in KernelCall call) => call.Scratch + (nint)_arena;

    public Places At(in KernelCall call, long turn) => new(this, call, turn);

    bool IsBelow(in KernelCall call, long turn) => turn < *(long*)call.Input(0) && turn < Maximum;

    nint Kept(in KernelCall call, int state, long turn) =>
        call.Output(_op.Body.Outputs.Count + state) + (nint)(turn * _stateBytes[state]);

    // Where a state lies after a turn.
    nint After(in KernelCall call, int state, long turn) => _op.Keeps && turn + 1 < Maximum ? Kept(call, state, turn + 1)
        : call.Scratch + (nint)(_buffers[state] + (turn & 1) * BodyPlan.Align(_stateBytes[state]));

    /// <summary>The places of one turn.</summary>
    public readonly ref struct Places(LoopTurns turns, KernelCall call, long turn) : IBodyPlaces
    {
        readonly KernelCall _call = call;

        public nint Input(int index)
        {
            if (index == 0) return (nint)(&ProgressOf(_call)->Turn);
            if (index > turns._op.States || turn == 0) return _call.Input(1 + index);
            return turns.After(_call, index - 1, turn - 1);
        }

        public nint Output(int index)
        {
            if (index == 0) return (nint)(&ProgressOf(_call)->Condition);
            return index <= turns._op.States ? turns.After(_call, index - 1, turn)
                : _call.Output(index) + (nint)(turn * turns._outputBytes[index]);
        }
    }
}
