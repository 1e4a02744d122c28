using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LpPoolGradient;

/// <summary>dx += dy · sign(x) · (|x| / y)^(P − 1) over the pixels of each window, windows ascending; nothing where x or y is 0.</summary>
sealed class Naive : NaiveKernel<Ops.LpPoolGradient>
{
    protected override void Run<T>(Ops.LpPoolGradient op, in KernelCall call)
    {
        var (xType, yType, dyType, dxType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Inputs[2], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var y = call.Source<T>(1);
        var dy = call.Source<T>(2);
        var dx = call.Target<T>(0);
        dx.Clear();
        Strides xStrides = xType.Strides, yStrides = yType.Strides, dyStrides = dyType.Strides, dxStrides = dxType.Strides;
        EvenWindows from = new(op.Geometry, xType), to = new(op.Geometry, dxType);
        T power = T.CreateChecked(op.P) - T.One;

        for (int n = 0; n < dyType.Sizes[0]; n++)
            for (int c = 0; c < dyType.Sizes[1]; c++)
                for (var place = new Odometer(NaivePools.Places(dyType)); place.MoveNext();)
                {
                    int source = (int)(n * xStrides[0] + c * xStrides[1]), target = (int)(n * dxStrides[0] + c * dxStrides[1]);
                    var norm = y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)];
                    var gradient = dy[(int)(n * dyStrides[0] + c * dyStrides[1]) + place.Offset(dyStrides, 2)];
                    var read = from.At(place);
                    for (var write = to.At(place); write.MoveNext() && read.MoveNext();)
                    {
                        var value = x[source + read.Offset];
                        if (value == T.Zero || norm == T.Zero) continue;
                        dx[target + write.Offset] += gradient * T.CopySign(T.Pow(T.Abs(value) / norm, power), value);
                    }
                }
    }
}
