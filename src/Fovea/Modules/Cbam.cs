using System.Globalization;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Attends to channels, then to places (Woo and others, 2018). Channels are weighed by a sigmoid of what a narrow layer with ReLU makes of
/// their means and of their maxima, added; places by a sigmoid of a convolution over the mean and the maximum of the channels.
/// Input and output: N, C, spatial. Parameters: fc1.weight narrow, C, 1, …; fc2.weight C, narrow, 1, …; spatial.weight 1, 2, kernel, ….
/// </summary>
/// <param name="reduction">How many times narrower than C the narrow layer is.</param>
/// <param name="kernel">The taps of the convolution over places, odd.</param>
public sealed class Cbam(int reduction = 16, int kernel = 7) : Module
{
    readonly int _reduction = reduction > 0 ? reduction
        : throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "The reduction is at least 1.");

    readonly int _kernel = kernel > 0 && kernel % 2 == 1 ? kernel
        : throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "The kernel is odd, so that every place has as many on each side.");

    Variable _squeeze = null!, _excite = null!, _spatial = null!;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        int channels = NormArguments.Channels(Title, input, 3, 5), narrow = Math.Max(1, channels / _reduction);
        var pixel = Dims.Repeat(1, input.Rank - 2);
        _squeeze = AddParameter("fc1.weight", [narrow, channels, .. pixel], Initializer.He);
        _excite = AddParameter("fc2.weight", [channels, narrow, .. pixel], Initializer.LeCun);
        _spatial = AddParameter("spatial.weight", [1, 2, .. Dims.Repeat(_kernel, input.Rank - 2)], Initializer.LeCun);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        x *= (Channels(x.GlobalAveragePool()) + Channels(x.GlobalMaxPool())).Sigmoid();
        var places = Tensor.Concat(1, x.Mean([1], keepAxes: true), x.Reduce(Ops.Reduction.Max, [1], keepAxes: true));
        return x * places.Convolution(_spatial.Read(), padding: Dims.Repeat(_kernel / 2, x.Rank - 2)).Sigmoid();
    }

    Tensor Channels(Tensor pooled) => pooled.Convolution(_squeeze.Read()).Relu().Convolution(_excite.Read());

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Cbam({_reduction}, {_kernel})");
}
