using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>What the shape rules and gradients of the recurrent operators share.</summary>
static class RecurrentInputs
{
    /// <summary>The refusal of a second derivative.</summary>
    public const string OnceOnly = "a recurrent operator has one derivative; written with Tensor.Scan it has all";

    /// <summary>Why no batch of samples is more than this: the reasons that the samples give.</summary>
    public const string KeptForGradient = "what is kept for the gradient carries none itself";

    /// <summary>Checks an input's shape against sizes of the operator.</summary>
    public static void Require(Inputs inputs, int index, string what, params ReadOnlySpan<Dim> sizes)
    {
        var shape = inputs[index].Shape;
        bool fits = shape.Rank == sizes.Length;
        for (int axis = 0; fits && axis < sizes.Length; axis++) fits = inputs.AreEqual(shape[axis], sizes[axis]);
        if (!fits) throw inputs.Fail($"expects {what} of {new Shape(sizes)}; it is {shape}.");
    }

    /// <summary>Checks x, the two weights and their biases; gives N, L and the size H of a state.</summary>
    /// <param name="inputs">x N, L, I; w G·H, I; r G·H, H; biases G·H; states N, H; lengths N, or absent.</param>
    /// <param name="gates">G: blocks of the weights.</param>
    /// <param name="biases">How many biases there are.</param>
    /// <param name="states">How many states there are.</param>
    public static (Dim Batch, Dim Steps, Dim State) Check(Inputs inputs, int gates, int biases, int states)
    {
        int floating = 3 + biases + states;
        inputs.RequireCount(floating, floating + 1);
        inputs.RequireFloating(0);
        for (int i = 1; i < floating; i++)
            if (inputs[i].Element != inputs[0].Element)
                throw inputs.Fail($"takes numbers of one element type, not {inputs[0].Element} and {inputs[i].Element}: Cast one of them.");
        var x = inputs[0].Shape;
        if (x.Rank != 3) throw inputs.Fail($"takes sequences of three axes (batch, steps, features), not {x}.");
        var recurrent = inputs[2].Shape;
        if (recurrent.Rank != 2 || recurrent[1] == 0)
            throw inputs.Fail($"takes recurrent weights of two axes ({gates} times the state, the state), not {recurrent}.");
        Dim state = recurrent[1];
        Require(inputs, 1, "input weights", state * gates, x[2]);
        Require(inputs, 2, "recurrent weights", state * gates, state);
        for (int i = 0; i < biases; i++) Require(inputs, 3 + i, "a bias", state * gates);
        for (int i = 0; i < states; i++) Require(inputs, 3 + biases + i, "a state", x[0], state);
        CheckLengths(inputs, floating, x[0]);
        return (x[0], x[1], state);
    }

    /// <summary>Checks the lengths, where they are given.</summary>
    public static void CheckLengths(Inputs inputs, int index, Dim batch)
    {
        if (inputs.Count <= index) return;
        if (inputs[index].Element != ElementType.Int64) throw inputs.Fail($"takes lengths as int64, not {inputs[index].Element}.");
        Require(inputs, index, "lengths", batch);
    }

    /// <summary>Two axes of rows and columns from three.</summary>
    public static Tensor Rows(Tensor x) => x.Reshape(new Shape(x.Shape[0] * x.Shape[1], x.Shape[2]));

    /// <summary>The gradients of x · wᵀ with respect to x, w and a bias that is added: from that of the sum, all N, L, …</summary>
    public static (Tensor? X, Tensor? Weight, Tensor? Bias) Projection(GradientContext context, Tensor x, Tensor sum, int xIndex,
        int weightIndex, int biasIndex)
    {
        var rows = Rows(sum);
        return (context.Needs(xIndex) ? rows.MatMul(context.Inputs[weightIndex]).Reshape(x.Shape) : null,
            context.Needs(weightIndex) ? rows.MatMul(Rows(x), transposeX: true) : null,
            context.Needs(biasIndex) ? rows.Sum(0) : null);
    }

    /// <summary>The output gradient, or zeros where the loss does not depend on that output.</summary>
    public static Tensor Given(GradientContext context, int output) =>
        context.OutputGradients[output] ?? context.Outputs[output].Full(0);

    /// <summary>The cases: batch, steps, features, state, whether there are lengths.</summary>
    public static IEnumerable<(int N, int L, int I, int H, bool Lengths)> Cases() =>
    [
        (2, 4, 3, 5, false),
        (3, 5, 4, 3, true),
        (1, 1, 1, 1, false),
        (5, 3, 2, 17, true),
        (2, 0, 3, 2, false),
        (4, 6, 5, 33, false),
    ];

    /// <summary>The sample's inputs: x, weights, biases, states, lengths.</summary>
    public static SampleInput[] SampleInputs(int gates, int biases, int states, (int N, int L, int I, int H, bool Lengths) c)
    {
        List<SampleInput> inputs = [new Shape(c.N, c.L, c.I), new Shape(gates * c.H, c.I), new Shape(gates * c.H, c.H)];
        for (int i = 0; i < biases; i++) inputs.Add(new Shape(gates * c.H));
        for (int i = 0; i < states; i++) inputs.Add(new Shape(c.N, c.H));
        if (c.Lengths) inputs.Add(SampleInput.Indices([c.N], 0, c.L + 1));
        return [.. inputs];
    }
}
