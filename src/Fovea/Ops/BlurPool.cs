using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea;

/// <summary>What lies around an image before it is blurred.</summary>
public enum BlurPadding
{
    /// <summary>The image mirrored at its border, which is not repeated.</summary>
    Reflect,
    /// <summary>Zeros.</summary>
    Zero,
}

public static partial class TensorFunctions
{
    /// <param name="x">N, C, L or N, C, H, W.</param>
    extension(Tensor x)
    {
        /// <summary>
        /// Anti-aliased downsampling (Zhang, 2019): every channel is blurred with the binomial filter (1, 2, 1)/4 or a longer one along
        /// each axis, and every stride-th pixel is kept. With stride 1 it only blurs. After <c>MaxPool(kernel, stride: 1)</c> it makes
        /// max pooling anti-aliased, after a convolution of stride 1 a strided one.
        /// </summary>
        /// <param name="kernel">Taps of the filter, from 2 to 31: (1, 1), (1, 2, 1), (1, 3, 3, 1), ….</param>
        /// <param name="stride">Pixels from one output to the next.</param>
        /// <param name="padding">What lies around the image: ⌊(kernel − 1) / 2⌋ pixels before, ⌈(kernel − 1) / 2⌉ after it.</param>
        /// <returns>N, C, ⌊(size − 1) / stride⌋ + 1.</returns>
        /// <exception cref="Errors.ShapeMismatchException">An axis is too short to be mirrored.</exception>
        public Tensor BlurPool(int kernel = 3, int stride = 2, BlurPadding padding = BlurPadding.Reflect)
        {
            if (kernel is < 2 or > 31)
                throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "A binomial filter has 2 to 31 taps.");
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
            int rank = x.Rank - 2, before = (kernel - 1) / 2, after = kernel / 2;
            if (rank is < 1 or > 2)
                throw new Errors.ShapeMismatchException(
                    $"BlurPool takes N, C, L or N, C, H, W; the input {x.Shape} has {x.Rank} axes: Reshape first.");
            if (!x.Shape[1].IsKnown)
                throw new Errors.ShapeMismatchException($"BlurPool needs a known number of channels; the input is {x.Shape}.");
            var image = x;
            if (padding == BlurPadding.Reflect)
                for (int axis = 2; axis < x.Rank; axis++) image = Mirror(image, axis, before, after);

            double[] row = [1];
            for (int i = 1; i < kernel; i++) row = [.. row.Append(0).Zip(row.Prepend(0), (a, b) => (a + b) / 2)];
            double[] filter = rank == 1 ? row : [.. row.SelectMany(v => row.Select(w => v * w))];
            int channels = (int)x.Shape[1];
            double[] all = [.. Enumerable.Repeat(filter, channels).SelectMany(taps => taps)];
            Shape sizes = [channels, 1, .. Enumerable.Repeat((Dim)kernel, rank)];
            var weight = x.ElementType == ElementType.Float64 ? Tensor.From(all, sizes)
                : Tensor.From(Array.ConvertAll(all, v => (float)v), sizes).Cast(x.ElementType);
            Dims zeros = padding == BlurPadding.Reflect ? [0]
                : new([.. Enumerable.Repeat(before, rank), .. Enumerable.Repeat(after, rank)]);
            return image.Convolution(weight, null, stride, zeros, [], channels);
        }
    }

    // The pixels next to the border, mirrored, on both sides of the axis.
    static Tensor Mirror(Tensor x, int axis, int before, int after)
    {
        var size = x.Shape[axis];
        if (size.IsKnown && size.Value <= after)
            throw new Errors.ShapeMismatchException(
                $"BlurPool mirrors {after} pixels at the border: axis {axis} of {x.Shape} has {size}, and needs {after + 1}; "
                + "pad with zeros.");
        var parts = new List<Tensor>();
        if (before > 0) parts.Add(Tensor.Apply(new Slice(axis, before, before, -1), x));
        parts.Add(x);
        if (after > 0) parts.Add(Tensor.Apply(new Slice(axis, size - 2, after, -1), x));
        return Tensor.Concat(axis, [.. parts]);
    }
}
