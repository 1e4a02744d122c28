using System.Globalization;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A layer whose weight is learned as direction and length (Salimans and Kingma, 2016): it computes with g · v / ‖v‖, where v is the
/// layer's own weight and g a length for each of its filters, at first ‖v‖, so that nothing changes.
/// Parameters: weight_g, the weight's size along the axis and 1 along the others; those of the layer, under its name "layer".
/// </summary>
public sealed class WeightNorm : Module
{
    readonly Module _layer;
    readonly string _name;
    readonly int _axis;
    Variable? _weight, _length;

    /// <summary>Wraps a layer.</summary>
    /// <param name="layer">The layer, such as a <see cref="Conv2d"/> or a <see cref="Linear"/>.</param>
    /// <param name="weight">The name of its weight.</param>
    /// <param name="axis">The axis of the filters: 0, but 1 for transposed convolutions.</param>
    public WeightNorm(Module layer, string weight = "weight", int axis = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(weight);
        _layer = Add("layer", layer);
        (_name, _axis) = (weight, axis);
    }

    /// <inheritdoc/>
    protected internal override ElementType InputElement => _layer.InputElement;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input) => _length = null;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (_length is null)
        {
            // The layer makes its weight on its first pass, over shapes alone; the lengths are those of that weight.
            _layer.Forward(x);
            _weight = Reparametrized.Weight(_layer, _name, Title);
            int axis = _weight.Shape.Axis(_axis);
            var sizes = Dims.Repeat(1, _weight.Shape.Rank).With(axis, (int)_weight.Shape[axis]);
            _length = AddParameter($"{_name}_g", sizes, new Reparametrized(_weight, v => v.FilterNorms(axis)));
        }
        return Substitution.Run(_weight!, _weight!.Read().WeightNormalization(_length.Read(), _axis), () => _layer.Forward(x));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"WeightNorm({_layer})");
}

/// <summary>Fills what a wrapper adds to a layer from the layer's own weight as it was initialised.</summary>
sealed class Reparametrized(Variable weight, Func<Tensor, Tensor> function) : Initializer
{
    public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
    {
        float[] computed = [];
        // While a model is built its forward pass is traced; the weight's numbers are known outside.
        Trace.Suspend(() => computed = function(weight.Read().StopGradient()).ToArray());
        computed.CopyTo(values);
    }

    /// <summary>The layer's own variable of a name.</summary>
    public static Variable Weight(Module layer, string name, string title) => layer.FindOwn(name)
        ?? throw new ArgumentException($"{title} has no weight \"{name}\" to work on: {layer} has "
            + $"{string.Join(", ", layer.OwnNames.Select(n => $"\"{n}\"").DefaultIfEmpty("no parameters of its own"))}.");
}
