using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ScatterRowsGradient;

/// <summary>From the last position to the first, each row whose position was not met before.</summary>
sealed class Naive : NaiveKernel<Ops.ScatterRowsGradient>
{
    protected override LayoutRule Layouts(Ops.ScatterRowsGradient op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override void Run<T>(Ops.ScatterRowsGradient op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        int size = call.Case.Inputs[0].Sizes[0], count = call.Case.Outputs[0].Sizes[0], length = size == 0 ? 0 : x.Length / size;
        bool[] met = new bool[size];
        y.Clear();
        for (int k = count - 1; k >= 0; k--)
        {
            int position = (int)GatherBox.Index(call, 1, k, size);
            if (met[position]) continue;
            met[position] = true;
            x.Slice(position * length, length).CopyTo(y[(k * length)..]);
        }
    }
}
