namespace Fovea.Graphs;

/// <summary>One application of an operator in a program: a graph as a list that belongs to no trace.</summary>
/// <param name="Op">The operator; sizes in its attributes may be symbols of the program's inputs.</param>
/// <param name="Scope">The path of the layer that applied it.</param>
/// <param name="Inputs">The numbers of the values that go in.</param>
readonly record struct ProgramStep(Op Op, string Scope, int[] Inputs);
