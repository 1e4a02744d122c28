namespace Fovea.Graphs;

/// <summary>
/// Reads of a variable that see another tensor while some code runs on this thread: how a layer computes with a weight that is itself
/// computed. The variable is not written.
/// </summary>
static class Substitution
{
    [ThreadStatic] static Dictionary<Variable, Tensor>? _current;

    /// <summary>What reads of the variable see now, or null: the variable's own value.</summary>
    public static Tensor? Of(Variable variable) => _current?.GetValueOrDefault(variable);

    /// <summary>Runs a function under which reads of the variable see a tensor of its shape.</summary>
    public static Tensor Run(Variable variable, Tensor value, Func<Tensor> function)
    {
        var before = Of(variable);
        _current ??= [];
        _current[variable] = value;
        try
        {
            return function();
        }
        finally
        {
            if (before is null) _current.Remove(variable);
            else _current[variable] = before;
        }
    }
}
