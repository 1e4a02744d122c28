using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>What the operators with bodies share.</summary>
static class RegionBodies
{
    /// <summary>Reads a body: its operators are those of the catalog.</summary>
    public static Region Read(string text) => RegionText.Parse(text, OpCatalog.Create);

    /// <summary>The gradients of one turn of a body.</summary>
    /// <param name="context">The context of the operator.</param>
    /// <param name="body">The body.</param>
    /// <param name="inputs">The body's inputs, in the trace that runs.</param>
    /// <param name="seeds">The gradient of each output; null where there is none.</param>
    /// <param name="targets">The numbers of the inputs with respect to which gradients are taken.</param>
    public static Tensor?[] Gradients(GradientContext context, Region body, Tensor[] inputs, IReadOnlyList<Tensor?> seeds, int[] targets)
    {
        var outputs = body.Apply(inputs);
        int[] given = [.. Enumerable.Range(0, outputs.Length).Where(i => seeds[i] is not null)];
        return context.Differentiate([.. given.Select(i => outputs[i])], [.. given.Select(i => seeds[i])],
            Array.ConvertAll(targets, i => inputs[i]));
    }

    /// <summary>Tensors of outside as inputs of the body that is being traced.</summary>
    public static Tensor[] Inside(IEnumerable<Tensor> tensors) => [.. tensors.Select(Trace.Current!.Capture)];

    /// <summary>The numbers from 0 on of what is floating.</summary>
    public static int[] Floating(IEnumerable<TensorType> types) =>
        [.. types.Select((type, i) => (type, i)).Where(t => t.type.Element.IsFloating()).Select(t => t.i)];

    /// <summary>Zeros of a type.</summary>
    public static Tensor Zeros(TensorType type) => Tensor.Constant(0, type.Element).BroadcastTo(type.Shape);

    /// <summary>Puts an axis first, or back from there.</summary>
    public static Tensor Move(Tensor x, int from, int to)
    {
        if (from == to) return x;
        var order = Enumerable.Range(0, x.Rank).ToList();
        order.RemoveAt(from);
        order.Insert(to, from);
        return x.Transpose([.. order]);
    }
}
