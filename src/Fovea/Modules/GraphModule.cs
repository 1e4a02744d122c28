namespace Fovea.Modules;

/// <summary>
/// A module that is a graph instead of a class: what another module computes in inference, captured from it or read from a file. It runs,
/// trains and freezes like any other; batch normalisation in it keeps its statistics, and dropout is gone.
/// </summary>
/// <remarks>
/// It is built from the start. Building it again, alone or inside a larger network, keeps its weights: that is how a trained network
/// becomes a part of a new one.
/// </remarks>
public sealed class GraphModule : Module
{
    readonly GraphProgram _program;
    readonly Variable[] _variables;

    /// <summary>A module of a program; <paramref name="variables"/> become its own.</summary>
    /// <param name="program">The program.</param>
    /// <param name="variables">The variables, in the program's order.</param>
    /// <param name="built">The shape it is built for, where the program leaves sizes open.</param>
    internal GraphModule(GraphProgram program, IReadOnlyList<Variable> variables, Shape? built = null)
    {
        _program = program;
        _variables = [.. variables];
        Build(built ?? program.Input.Shape.Slice(1, program.Input.Rank - 1));
    }

    /// <summary>Captures what a built module computes in inference. The weights are copied: training one leaves the other.</summary>
    /// <param name="module">The module; operators of one's own may be in it.</param>
    /// <exception cref="Errors.UnsupportedOperatorException">
    /// The module draws random numbers in inference, or uses variables that it did not register.
    /// </exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public static GraphModule Capture(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        var program = GraphProgram.Capture(module);
        return new(program, [.. module.Variables.Select(Copy)]);
    }

    /// <summary>How many operators it applies.</summary>
    public int OperatorCount => _program.Steps.Count;

    /// <inheritdoc/>
    protected internal override Tensors.ElementType InputElement => _program.Input.Element;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        for (int i = 0; i < _variables.Length; i++) Adopt(_program.Variables[i], _variables[i]);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => _program.Run(x, Array.ConvertAll(_variables, v => v.Read()), Graphs.Scope.Path);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"GraphModule({OperatorCount} operators, input {_program.Input.Shape})");

    static Variable Copy(Variable variable) => new(variable.Name, variable.Read(), variable.IsTrainable) { IsFrozen = variable.IsFrozen };
}
