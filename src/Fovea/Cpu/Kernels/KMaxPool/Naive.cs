using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.KMaxPool;

/// <summary>Keeps an element when fewer than K others go before it: those that are larger, and equal ones that stand before.</summary>
sealed class Naive : NaiveKernel<Ops.KMaxPool>
{
    protected override void Run<T>(Ops.KMaxPool op, in KernelCall call)
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var (xStrides, yStrides, indexStrides) = (xType.Strides, yType.Strides, call.Case.Outputs[1].Strides);
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var indices = call.Target<long>(1);
        int kept = yType.Sizes[2];

        for (int n = 0; n < yType.Sizes[0]; n++)
        {
            int length = SampleLengths.Read(call, 1, n, xType.Sizes[2]);
            for (int c = 0; c < yType.Sizes[1]; c++)
            {
                int from = (int)(n * xStrides[0] + c * xStrides[1]), place = 0;
                for (int i = 0; i < length; i++)
                {
                    var value = x[from + (int)(i * xStrides[2])];
                    int before = 0;
                    for (int j = 0; j < length; j++)
                    {
                        var other = x[from + (int)(j * xStrides[2])];
                        bool larger = other > value || T.IsNaN(other) && !T.IsNaN(value);
                        bool equal = other == value || T.IsNaN(other) && T.IsNaN(value);
                        if (larger || equal && j < i) before++;
                    }
                    if (before >= kept) continue;
                    y[(int)(n * yStrides[0] + c * yStrides[1] + place * yStrides[2])] = value;
                    indices[(int)(n * indexStrides[0] + c * indexStrides[1] + place * indexStrides[2])] = i;
                    place++;
                }
                for (; place < kept; place++)
                {
                    y[(int)(n * yStrides[0] + c * yStrides[1] + place * yStrides[2])] = T.Zero;
                    indices[(int)(n * indexStrides[0] + c * indexStrides[1] + place * indexStrides[2])] = -1;
                }
            }
        }
    }
}
