using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>The shape rule that optimizer updates share.</summary>
static class OptimizerInputs
{
    /// <summary>Checks that inputs 1 to <paramref name="like"/> − 1 are like the parameter (input 0).</summary>
    public static void CheckLikeParameter(Inputs inputs, int like, params ReadOnlySpan<string> names)
    {
        inputs.RequireFloating(0);
        for (int i = 1; i < like; i++)
        {
            bool same = inputs[i].Element == inputs[0].Element && inputs[i].Rank == inputs[0].Rank;
            for (int axis = 0; same && axis < inputs[0].Rank; axis++) same = inputs.AreEqual(inputs[0].Shape[axis], inputs[i].Shape[axis]);
            if (!same) throw inputs.Fail($"takes a {names[i - 1]} like the parameter ({inputs[0]}); it is {inputs[i]}.");
        }
    }

    /// <summary>Checks that an input is a scalar.</summary>
    public static void CheckScalar(Inputs inputs, int index, ElementType element, string name)
    {
        if (inputs[index].Rank != 0 || inputs[index].Element != element)
            throw inputs.Fail($"takes the {name} as a scalar of {element}; it is {inputs[index]}.");
    }

    /// <summary>The old values where there is a gradient scale that is not finite, else the new ones.</summary>
    public static Tensor[] Unless(IReadOnlyList<Tensor> inputs, int scaleInput, Tensor[] old, Tensor[] moved)
    {
        if (inputs.Count <= scaleInput) return moved;
        var isFinite = (inputs[scaleInput] * 0).EqualTo(Tensor.Constant(0, inputs[scaleInput].ElementType));
        return [.. moved.Select((value, i) => Tensor.Where(isFinite, value, old[i]))];
    }

    /// <summary>Shapes of parameters for samples: matrices, more elements than a vector holds, one element, a bias.</summary>
    public static IEnumerable<Shape> Shapes() => [[3, 5], [2, 3, 3, 3], [37], [1], Shape.Scalar];
}
