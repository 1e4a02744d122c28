using Fovea.Runtime;

namespace Fovea.Cpu.Parallel;

/// <summary>A parallel loop as work of one phase.</summary>
internal sealed class LoopWork<TBody> : IPhasedWork where TBody : struct, IParallelBody
{
    /// <summary>Objects to reuse. A run no longer touches its work once it has returned, so one may go back at once.</summary>
    public static readonly FreeList<LoopWork<TBody>> Spare = new();

    private TBody _body;
    private int _pieces;

    public int PhaseCount => 1;

    public int Pieces(int phase) => _pieces;

    public void Set(in TBody body, int pieces)
    {
        _body = body;
        _pieces = pieces;
    }

    public void Run(int phase, int piece, int walker) => _body.Run(piece, walker);
}
