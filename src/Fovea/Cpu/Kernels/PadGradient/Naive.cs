using Fovea.Cpu.Kernels.Pad;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.PadGradient;

/// <summary>x[source(o)] += y[o], o ascending.</summary>
sealed class Naive : NaiveKernel<Ops.PadGradient>
{
    protected override void Run<T>(Ops.PadGradient op, in KernelCall call)
    {
        var y = call.Source<T>(0);
        var x = call.Target<T>(0);
        var (yType, xType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        Strides from = yType.Strides, to = xType.Strides;
        for (int axis = 0; axis < xType.Rank; axis++)
            PadSegment.Check(op.Mode, axis, xType.Sizes[axis], op.Before[axis], op.After[axis]);
        x.Clear();
        for (var at = new Odometer(yType.Sizes); at.MoveNext();)
        {
            long target = 0;
            for (int axis = 0; axis < xType.Rank; axis++)
                target += PadSegment.Source(op.Mode, at[axis] - op.Before[axis], xType.Sizes[axis]) * to[axis];
            x[(int)target] += y[at.Offset(from)];
        }
    }
}
