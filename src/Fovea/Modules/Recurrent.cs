using System.Globalization;
using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>What a recurrent layer gives.</summary>
/// <param name="Output">The states of the last layer, N, L, H (2H where it runs both ways: forward, then backward).</param>
/// <param name="Hidden">The last state of each layer and direction, forward before backward, N, H each.</param>
/// <param name="Cell">The last cells likewise; empty for what has none.</param>
public sealed record RecurrentResult(Tensor Output, IReadOnlyList<Tensor> Hidden, IReadOnlyList<Tensor> Cell);

/// <summary>
/// Recurrent layers one above the other, over sequences N, L, C (batch, steps, features): an <see cref="Embedding"/> gives them so, and
/// <c>Transpose(0, 2, 1)</c> brings a <see cref="Conv1d"/>'s N, C, L into that order. Names, sizes and initialisation of the parameters
/// are PyTorch's: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with _reverse for the direction backward.
/// </summary>
public abstract class Recurrent : Module
{
    readonly int _gates, _layers, _directions;
    readonly bool _bias, _sequences;
    readonly float _dropout;
    readonly List<Direction> _parameters = [];

    sealed record Direction(Variable Weight, Variable Recurrent, Variable? Bias, Variable? RecurrentBias);

    private protected Recurrent(int gates, int state, int layers, bool bidirectional, float dropout, bool bias, bool sequences)
    {
        if (state < 1) throw new ArgumentOutOfRangeException(nameof(state), state, "A state has at least one number.");
        if (layers < 1) throw new ArgumentOutOfRangeException(nameof(layers), layers, "There is at least one layer.");
        if (!(dropout is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "The dropped share lies in [0, 1).");
        (_gates, State, _layers, _directions) = (gates, state, layers, bidirectional ? 2 : 1);
        (_dropout, _bias, _sequences) = (dropout, bias, sequences);
    }

    /// <summary>H: the size of a state.</summary>
    public int State { get; }

    /// <summary>How many layers there are.</summary>
    public int Layers => _layers;

    /// <summary>Whether each layer runs both ways.</summary>
    public bool IsBidirectional => _directions == 2;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank != 3)
            throw new ShapeMismatchException($"{Title} takes N, L and C (batch, steps, features); the input is {input}.");
        if (!input[2].IsKnown) throw new ShapeMismatchException($"{Title} needs a known number of features; the input is {input}.");
        _parameters.Clear();
        var initial = Initializer.Uniform((float)(1 / Math.Sqrt(State)));
        int rows = _gates * State;
        for (int layer = 0; layer < _layers; layer++)
            for (int direction = 0; direction < _directions; direction++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"l{layer}{(direction == 1 ? "_reverse" : "")}");
                int features = layer == 0 ? (int)input[2] : _directions * State;
                _parameters.Add(new(AddParameter($"weight_ih_{name}", [rows, features], initial),
                    AddParameter($"weight_hh_{name}", [rows, State], initial),
                    _bias ? AddParameter($"bias_ih_{name}", [rows], initial) : null,
                    _bias ? AddParameter($"bias_hh_{name}", [rows], initial) : null));
            }
    }

    /// <summary>
    /// Runs the layers on a batch of sequences, and gives the last states, too. What lies beyond a sequence's length changes nothing, and
    /// the output is 0 there.
    /// </summary>
    /// <param name="x">N, L, C.</param>
    /// <param name="lengths">N, int64: how many steps of each sequence count; all if null.</param>
    /// <param name="hidden">The first states, one for each layer and direction, N, H each; zeros if null.</param>
    /// <param name="cell">The first cells likewise.</param>
    /// <exception cref="ShapeMismatchException">Sizes do not fit.</exception>
    /// <exception cref="ArgumentException">There are not as many states as layers times directions, or cells where there are none.
    /// </exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public RecurrentResult Forward(Tensor x, Tensor? lengths, IReadOnlyList<Tensor>? hidden = null, IReadOnlyList<Tensor>? cell = null)
    {
        int states = _layers * _directions;
        if (hidden is not null && hidden.Count != states || cell is not null && cell.Count != states)
            throw new ArgumentException($"{Title} has {states} states: one for each layer and direction.");
        return Enter(x, input => Run(input, lengths, hidden, cell));
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var result = Run(x, null, null, null);
        return _sequences ? result.Output : Last(result);
    }

    /// <inheritdoc/>
    protected override Sequence Compute(Sequence x)
    {
        if (x.Axis != 1) return base.Compute(x);
        var result = Run(x.Values, x.Lengths, null, null);
        return _sequences ? x with { Values = result.Output } : new(Last(result), x.Lengths) { Axis = 0 };
    }

    Tensor Last(RecurrentResult result) =>
        _directions == 1 ? result.Hidden[^1] : Tensor.Concat(1, result.Hidden[^2], result.Hidden[^1]);

    RecurrentResult Run(Tensor x, Tensor? lengths, IReadOnlyList<Tensor>? hidden, IReadOnlyList<Tensor>? cell)
    {
        if (x.Rank != 3 || x.Shape[2] != _parameters[0].Weight.Shape[1])
            throw new ShapeMismatchException($"{Title} expects N, L and {_parameters[0].Weight.Shape[1]} features; the input is {x.Shape}"
                + (x.Rank == 3 && x.Shape[1] == _parameters[0].Weight.Shape[1] ? ": Transpose(0, 2, 1) puts features last." : "."));
        var states = new List<Tensor>();
        var cells = new List<Tensor>();
        for (int layer = 0; layer < _layers; layer++)
        {
            if (layer > 0 && _dropout > 0 && Trace.Mode == Mode.Training) x = x.Dropout(_dropout);
            var outputs = new Tensor[_directions];
            for (int direction = 0; direction < _directions; direction++)
            {
                int at = layer * _directions + direction;
                var p = _parameters[at];
                (outputs[direction], var state, var last) = Step(x, p.Weight.Read(), p.Recurrent.Read(), p.Bias?.Read(),
                    p.RecurrentBias?.Read(), hidden?[at], cell?[at], lengths, direction == 1);
                states.Add(state);
                if (last is not null) cells.Add(last);
            }
            x = _directions == 1 ? outputs[0] : Tensor.Concat(2, outputs);
        }
        return new(x, states, cells);
    }

    /// <summary>One layer in one direction: the outputs, the last state, the last cell or null.</summary>
    private protected abstract (Tensor Output, Tensor Hidden, Tensor? Cell) Step(Tensor x, Tensor weight, Tensor recurrent, Tensor? bias,
        Tensor? recurrentBias, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{GetType().Name}({State}{(_layers > 1 ? $", {_layers} layers" : "")}{(IsBidirectional ? ", both ways" : "")})");
}

/// <summary>
/// Long short-term memory layers (Hochreiter and Schmidhuber, 1997), as torch.nn.LSTM with batch_first: N, L, C to N, L, H (2H where they
/// run both ways). Parameters of each layer: weight_ih 4H, C; weight_hh 4H, H; bias_ih and bias_hh 4H, for the input, forget, cell and
/// output gate; all uniform within ±1/√H.
/// </summary>
/// <param name="state">H: the size of a state.</param>
/// <param name="layers">Layers one above the other.</param>
/// <param name="bidirectional">Whether each layer runs both ways.</param>
/// <param name="dropout">The share of a layer's outputs that is dropped in training before the next layer.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="sequences">
/// Whether every step's state is given; otherwise the last layer's last state alone: N, H (2H: forward, then backward).
/// </param>
public sealed class Lstm(int state, int layers = 1, bool bidirectional = false, float dropout = 0, bool bias = true, bool sequences = true)
    : Recurrent(Ops.Lstm.Gates, state, layers, bidirectional, dropout, bias, sequences)
{
    private protected override (Tensor Output, Tensor Hidden, Tensor? Cell) Step(Tensor x, Tensor weight, Tensor recurrent, Tensor? bias,
        Tensor? recurrentBias, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse) =>
        x.Lstm(weight, recurrent, bias is null ? null : bias + recurrentBias!, hidden, cell, lengths, reverse);
}

/// <summary>
/// Gated recurrent layers (Cho and others, 2014), as torch.nn.GRU with batch_first: N, L, C to N, L, H (2H where they run both ways).
/// Parameters of each layer: weight_ih 3H, C; weight_hh 3H, H; bias_ih and bias_hh 3H, for reset, update and new; all uniform within
/// ±1/√H. The reset gate multiplies the recurrent product, as there.
/// </summary>
/// <param name="state">H: the size of a state.</param>
/// <param name="layers">Layers one above the other.</param>
/// <param name="bidirectional">Whether each layer runs both ways.</param>
/// <param name="dropout">The share of a layer's outputs that is dropped in training before the next layer.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="sequences">
/// Whether every step's state is given; otherwise the last layer's last state alone: N, H (2H: forward, then backward).
/// </param>
public sealed class Gru(int state, int layers = 1, bool bidirectional = false, float dropout = 0, bool bias = true, bool sequences = true)
    : Recurrent(Ops.Gru.Gates, state, layers, bidirectional, dropout, bias, sequences)
{
    private protected override (Tensor Output, Tensor Hidden, Tensor? Cell) Step(Tensor x, Tensor weight, Tensor recurrent, Tensor? bias,
        Tensor? recurrentBias, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse)
    {
        if (cell is not null) throw new ArgumentException($"{Title} has no cells.");
        var (output, last) = x.Gru(weight, recurrent, bias, recurrentBias, hidden, lengths, reverse);
        return (output, last, null);
    }
}
