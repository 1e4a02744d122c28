using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Linear;

/// <summary>y[…, o] = bias[o] + Σ over i of x[…, i] · w[o, i], i ascending.</summary>
sealed class Naive : NaiveKernel<Ops.Linear>
{
    protected override void Run<T>(Ops.Linear op, in KernelCall call)
    {
        var (xType, wType, yType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0]);
        ReadOnlySpan<T> x = call.Source<T>(0), w = call.Source<T>(1), bias = call.Case.Inputs.Length == 3 ? call.Source<T>(2) : default;
        var y = call.Target<T>(0);
        Strides xStrides = xType.Strides, wStrides = wType.Strides, yStrides = yType.Strides;
        int last = xType.Rank - 1, outputs = wType.Sizes[0], features = wType.Sizes[1];

        for (var row = new Odometer(new(xType.Sizes.AsSpan()[..last])); row.MoveNext();)
            for (int o = 0; o < outputs; o++)
            {
                var sum = T.Zero;
                for (int i = 0; i < features; i++)
                    sum += x[row.Offset(xStrides) + (int)(i * xStrides[last])] * w[(int)(o * wStrides[0] + i * wStrides[1])];
                y[row.Offset(yStrides) + (int)(o * yStrides[last])] = bias.IsEmpty ? sum : sum + bias[o];
            }
    }
}
