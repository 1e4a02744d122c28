using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>What the rules of optimizer updates share.</summary>
static class OptimizerInputs
{
    /// <summary>The shape rule of an update whose scalars are the learning rate and the gradient scale.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="update">The update.</param>
    /// <param name="names">What inputs 1, 2, … are called.</param>
    public static TensorType[] Check(Inputs inputs, IParameterUpdate update, params ReadOnlySpan<string> names)
    {
        int rate = update.LikeParameter;
        inputs.RequireCount(rate + 1, rate + 2);
        CheckLikeParameter(inputs, rate, names);
        CheckScalar(inputs, rate, inputs[0].Element, "learning rate");
        if (inputs.Count > update.ScaleInput) CheckScalar(inputs, update.ScaleInput, inputs[0].Element, "gradient scale");
        var outputs = new TensorType[rate - 1];
        Array.Fill(outputs, inputs[0]);
        return outputs;
    }

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

    /// <summary>The gradient, scaled, with the parameter's decay added.</summary>
    public static Tensor Gradient(IReadOnlyList<Tensor> inputs, IParameterUpdate update, double weightDecay)
    {
        var gradient = inputs.Count > update.ScaleInput ? inputs[1] * inputs[update.ScaleInput] : inputs[1];
        return weightDecay == 0 ? gradient : gradient + weightDecay * inputs[0];
    }

    /// <summary>The old values where there is a gradient scale that is not finite, else the new ones.</summary>
    public static Tensor[] Unless(IReadOnlyList<Tensor> inputs, IParameterUpdate update, Tensor[] moved)
    {
        if (inputs.Count <= update.ScaleInput) return moved;
        var isFinite = IsFinite(inputs[update.ScaleInput]);
        return [.. moved.Select((value, i) => Tensor.Where(isFinite, value, inputs[i == 0 ? 0 : i + 1]))];
    }

    /// <summary>Whether a scalar is a number and finite.</summary>
    public static Tensor IsFinite(Tensor scalar) => (scalar * 0).EqualTo(Tensor.Constant(0, scalar.ElementType));

    /// <summary>Shapes of parameters for samples: matrices, more elements than a vector holds, one element, a bias.</summary>
    public static IEnumerable<Shape> Shapes() => [[3, 5], [2, 3, 3, 3], [37], [1], Shape.Scalar];
}
