using System.Numerics;
using Fovea.Graphs;

namespace Fovea.Cpu.Kernels;

/// <summary>Layer and root-mean-square normalisation, row by row, as the formulas say: what their reference kernels share.</summary>
static class RowNormalizationNaive
{
    /// <summary>y = (x − mean) / √(variance + epsilon) · scale (+ shift); not centred, the mean is 0.</summary>
    public static void Forward<T>(in KernelCall call, int axis, bool centred, float epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var boxes = new TrailingBoxes(call.Case.Inputs[0].Sizes, axis);
        T[] row = new T[boxes.Length], scale = Parameter<T>(call, 1, row.Length);
        var shift = centred ? Parameter<T>(call, 2, row.Length) : row;
        for (var at = boxes.Rows; at.MoveNext();)
        {
            boxes.Read(call.Source<T>(0), at, call.Case.Inputs[0].Strides, row);
            Normalise(row, centred, T.CreateChecked(epsilon));
            for (int i = 0; i < row.Length; i++) row[i] = centred ? row[i] * scale[i] + shift[i] : row[i] * scale[i];
            boxes.Write<T>(row, at, call.Case.Outputs[0].Strides, call.Target<T>(0));
        }
    }

    /// <summary>
    /// dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + epsilon) for g = dy · scale; dscale = Σ dy · x̂; dshift = Σ dy.
    /// </summary>
    public static void Gradient<T>(in KernelCall call, int axis, bool centred, float epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var boxes = new TrailingBoxes(call.Case.Inputs[0].Sizes, axis);
        var length = T.CreateChecked(boxes.Length);
        T[] row = new T[boxes.Length], dy = new T[row.Length], scale = Parameter<T>(call, 1, row.Length);
        Span<T> dscale = call.Target<T>(1), dshift = centred ? call.Target<T>(2) : default;
        dscale.Clear();
        dshift.Clear();
        for (var at = boxes.Rows; at.MoveNext();)
        {
            boxes.Read(call.Source<T>(0), at, call.Case.Inputs[0].Strides, row);
            boxes.Read(call.Source<T>(2), at, call.Case.Inputs[2].Strides, dy);
            var deviation = Normalise(row, centred, T.CreateChecked(epsilon));
            T sum = T.Zero, product = T.Zero;
            for (int i = 0; i < row.Length; i++)
            {
                dscale[i] += dy[i] * row[i];
                if (centred) dshift[i] += dy[i];
                sum += dy[i] * scale[i];
                product += dy[i] * scale[i] * row[i];
            }
            if (!centred) sum = T.Zero;
            for (int i = 0; i < row.Length; i++) row[i] = (dy[i] * scale[i] - sum / length - row[i] * product / length) / deviation;
            boxes.Write<T>(row, at, call.Case.Outputs[0].Strides, call.Target<T>(0));
        }
    }

    /// <summary>Subtracts the mean, divides by √(variance + epsilon), and gives the latter.</summary>
    static T Normalise<T>(Span<T> row, bool centred, T epsilon) where T : IFloatingPointIeee754<T>
    {
        T mean = T.Zero, variance = T.Zero, length = T.CreateChecked(row.Length);
        if (centred)
        {
            foreach (var value in row) mean += value;
            mean /= length;
        }
        foreach (var value in row) variance += (value - mean) * (value - mean);
        var deviation = T.Sqrt(variance / length + epsilon);
        for (int i = 0; i < row.Length; i++) row[i] = (row[i] - mean) / deviation;
        return deviation;
    }

    static T[] Parameter<T>(in KernelCall call, int input, int length) where T : unmanaged
    {
        var elements = new T[length];
        TrailingBoxes.ReadAll(call.Source<T>(input), call.Case.Inputs[input], elements.AsSpan());
        return elements;
    }
}
