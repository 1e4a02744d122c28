using System.Globalization;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A layer whose weight is divided by its largest singular value, so that it enlarges no difference (Miyato and others, 2018): what keeps
/// the critic of a GAN in bounds. The value is found by power iteration, a step for each pass in training, and none in inference.
/// Parameters: those of the layer, under its name "layer"; state: weight_u, as long as the weight's axis, and weight_v, the rest of it.
/// </summary>
public sealed class SpectralNorm : Module
{
    // Passes before the first: the vectors begin near those that they are to find.
    const int FirstSteps = 15;
    const double Least = 1e-12;

    readonly Module _layer;
    readonly string _name;
    readonly int _axis, _steps;
    Variable? _weight, _left, _right;

    /// <summary>Wraps a layer.</summary>
    /// <param name="layer">The layer, such as a <see cref="Conv2d"/> or a <see cref="Linear"/>.</param>
    /// <param name="weight">The name of its weight.</param>
    /// <param name="axis">The axis of the filters: 0, but 1 for transposed convolutions.</param>
    /// <param name="steps">Steps of the power iteration for each pass in training.</param>
    public SpectralNorm(Module layer, string weight = "weight", int axis = 0, int steps = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(weight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        _layer = Add("layer", layer);
        (_name, _axis, _steps) = (weight, axis, steps);
    }

    /// <inheritdoc/>
    protected internal override ElementType InputElement => _layer.InputElement;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input) => _left = null;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (_left is null || _right is null)
        {
            _layer.Forward(x);
            _weight = Reparametrized.Weight(_layer, _name, Title);
            int rows = (int)_weight.Shape[_axis], columns = (int)(_weight.Shape.Count.Value / rows);
            _left = AddParameter($"{_name}_u", rows, new Reparametrized(_weight, w => Iterate(Matrix(w), FirstSteps).Left),
                trainable: false);
            _right = AddParameter($"{_name}_v", columns, new Reparametrized(_weight, w => Iterate(Matrix(w), FirstSteps).Right),
                trainable: false);
        }
        var weight = _weight!.Read();
        var matrix = Matrix(weight);
        Tensor left = _left.Read(), right = _right.Read();
        if (Trace.Mode == Mode.Training)
        {
            (left, right) = Iterate(matrix.StopGradient(), left, _steps);
            _left.Assign(left);
            _right.Assign(right);
        }
        var largest = (left * Times(matrix, right)).Sum();
        return Substitution.Run(_weight, weight / largest, () => _layer.Forward(x));
    }

    /// <summary>The weight as filters by what each sees.</summary>
    Tensor Matrix(Tensor weight)
    {
        int axis = weight.Shape.Axis(_axis);
        if (axis != 0) weight = weight.Transpose([axis, .. Enumerable.Range(0, weight.Rank).Where(i => i != axis)]);
        return weight.Flatten();
    }

    // From all alike: no singular vector of a weight drawn at random is orthogonal to it.
    static (Tensor Left, Tensor Right) Iterate(Tensor matrix, int steps) =>
        Iterate(matrix, Unit(Tensor.Filled([matrix.Shape[0]], 1, matrix.ElementType)), steps);

    static (Tensor Left, Tensor Right) Iterate(Tensor matrix, Tensor left, int steps)
    {
        var right = left;
        for (int i = 0; i < steps; i++)
        {
            right = Unit(Times(matrix.Transpose(1, 0), left));
            left = Unit(Times(matrix, right));
        }
        return (left, right);
    }

    static Tensor Times(Tensor matrix, Tensor vector) => matrix.MatMul(vector.Unsqueeze(1)).Squeeze(1);

    static Tensor Unit(Tensor vector) => vector / vector.Square().Sum().Sqrt().Maximum(Tensor.Constant(Least, vector.ElementType));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"SpectralNorm({_layer})");
}
