using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.DistinctIndices;

/// <summary>An index stays where no later one of its channel is equal.</summary>
sealed class Naive : Kernel<Ops.DistinctIndices>
{
    public override string Name => "DistinctIndices.naive";

    protected override string Recipe(Ops.DistinctIndices op, KernelCase @case) => "DistinctIndices";

    protected override LayoutRule Layouts(Ops.DistinctIndices op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.DistinctIndices op, in KernelCall call)
    {
        var (from, to) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        var x = call.Source<long>(0);
        var y = call.Target<long>(0);
        var sizes = call.Case.Inputs[0].Sizes;
        for (int n = 0; n < sizes[0]; n++)
            for (int c = 0; c < sizes[1]; c++)
            {
                int source = (int)(n * from[0] + c * from[1]), target = (int)(n * to[0] + c * to[1]);
                var last = new Dictionary<long, int>();
                for (var place = new Odometer(NaivePools.Places(call.Case.Inputs[0])); place.MoveNext();)
                {
                    long index = PixelIndex.Check(x[source + place.Offset(from, 2)], op.Pixels.Value);
                    int at = target + place.Offset(to, 2);
                    y[at] = index;
                    if (index < 0) continue;
                    if (last.TryGetValue(index, out int before)) y[before] = -1;
                    last[index] = at;
                }
            }
    }
}
