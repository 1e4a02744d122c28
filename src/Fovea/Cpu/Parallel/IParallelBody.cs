namespace Fovea.Cpu.Parallel;

/// <summary>The body of a parallel loop: a struct, so that starting a loop allocates nothing and a piece is a direct call.</summary>
/// <remarks>All threads share one copy: a body reads its fields and does not write them.</remarks>
internal interface IParallelBody
{
    /// <summary>Computes one piece.</summary>
    /// <param name="piece">The piece's index, from 0.</param>
    /// <param name="walker">The thread's number within this loop, as for <see cref="Runtime.IPhasedWork.Run"/>.</param>
    void Run(int piece, int walker);
}
