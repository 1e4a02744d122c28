using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.Scan;

/// <summary>
/// The turns of a scan. Elements of sequences and of stacks are read and written where they lie; states go from turn to turn by two
/// buffers each, or by their places in the stack that keeps them.
/// </summary>
sealed class ScanTurns
{
    readonly Ops.Scan _op;
    readonly long[] _buffers;               // the first of each state's two, from the scratch's start
    readonly long[] _inputBytes, _outputBytes;

    public ScanTurns(Ops.Scan op, KernelCase @case)
    {
        _op = op;
        Turns = (int)op.Turns;
        Body = BodyPlan.Of(op.Body, @case.Numerics);
        ScratchBytes = Body.ArenaBytes;
        _buffers = new long[op.States];
        for (int i = 0; i < op.States && !op.Keeps; i++)
        {
            _buffers[i] = ScratchBytes;
            ScratchBytes += 2 * BodyPlan.Align(@case.Inputs[i].Bytes);
        }
        int turns = Math.Max(1, Turns);
        _inputBytes = [.. @case.Inputs.Select((t, i) => i >= op.States && i < op.States + op.Sequences ? t.Bytes / turns : t.Bytes)];
        _outputBytes = [.. @case.Outputs.Select((t, i) => i < op.States ? t.Bytes : t.Bytes / turns)];
    }

    public BodyPlan Body { get; }

    public int Turns { get; }

    public long ScratchBytes { get; }

    /// <summary>What comes before the first turn: the states are kept, or, where there is no turn, are the result.</summary>
    public void Begin(in KernelCall call)
    {
        for (int i = 0; i < _op.States; i++)
        {
            if (Turns == 0) BodyPlan.Copy(call.Input(i), call.Output(i), _inputBytes[i]);
            else if (_op.Keeps) BodyPlan.Copy(call.Input(i), Kept(call, i, 0), _inputBytes[i]);
        }
    }

    public Places At(in KernelCall call, int turn) => new(this, call, turn);

    // Which element a turn is at.
    int Element(int turn) => _op.Reverse ? Turns - 1 - turn : turn;

    nint Kept(in KernelCall call, int state, int turn) =>
        call.Output(_op.Body.Outputs.Count + state) + (nint)(Element(turn) * _inputBytes[state]);

    nint Buffer(in KernelCall call, int state, int turn) =>
        call.Scratch + (nint)(_buffers[state] + (turn & 1) * BodyPlan.Align(_inputBytes[state]));

    /// <summary>The places of one turn.</summary>
    public readonly ref struct Places(ScanTurns turns, KernelCall call, int turn) : IBodyPlaces
    {
        readonly KernelCall _call = call;

        public nint Input(int index)
        {
            var op = turns._op;
            if (index >= op.States + op.Sequences) return _call.Input(index);
            if (index >= op.States) return _call.Input(index) + (nint)(turns.Element(turn) * turns._inputBytes[index]);
            return turn == 0 ? _call.Input(index)
                : op.Keeps ? turns.Kept(_call, index, turn) : turns.Buffer(_call, index, turn - 1);
        }

        public nint Output(int index)
        {
            var op = turns._op;
            if (index >= op.States) return _call.Output(index) + (nint)(turns.Element(turn) * turns._outputBytes[index]);
            return turn == turns.Turns - 1 ? _call.Output(index)
                : op.Keeps ? turns.Kept(_call, index, turn + 1) : turns.Buffer(_call, index, turn);
        }
    }
}
