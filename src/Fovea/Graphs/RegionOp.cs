using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>An operator that owns bodies: graphs that it runs, once, several times, or not at all.</summary>
public abstract record RegionOp : Op
{
    /// <summary>The bodies, each with the name of its attribute.</summary>
    public abstract IReadOnlyList<(string Name, Region Body)> Bodies { get; }

    /// <summary>Checks inputs of the operator against those of a body, from some place on in both.</summary>
    private protected static void Require(Inputs inputs, int first, Region body, int from, int count)
    {
        for (int i = 0; i < count; i++)
        {
            TensorType given = inputs[first + i], wanted = body.Inputs[from + i];
            if (!Same(inputs, given, wanted)) throw inputs.Fail($"expects {wanted} as input {first + i}; it is {given}.");
        }
    }

    /// <summary>Whether two types are the same, or may be: then a constraint is recorded.</summary>
    private protected static bool Same(Inputs inputs, TensorType a, TensorType b)
    {
        bool same = a.Element == b.Element && a.Rank == b.Rank;
        for (int axis = 0; same && axis < a.Rank; axis++) same = inputs.AreEqual(a.Shape[axis], b.Shape[axis]);
        return same;
    }

    /// <summary>One more axis in front.</summary>
    private protected static TensorType Stacked(Inputs inputs, TensorType type, Dim turns) => type.Rank < Dims.Capacity
        ? type with { Shape = Shape.Concat([turns], type.Shape) }
        : throw inputs.Fail($"cannot stack {type}: a tensor has at most {Dims.Capacity} axes.");
}
