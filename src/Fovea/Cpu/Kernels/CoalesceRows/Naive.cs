using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.CoalesceRows;

/// <summary>Looks every index up among those before it, and adds its row to theirs.</summary>
sealed class Naive : NaiveKernel<Ops.CoalesceRows>
{
    protected override LayoutRule Layouts(Ops.CoalesceRows op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override void Run<T>(Ops.CoalesceRows op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var rows = call.Target<T>(0);
        var positions = call.Target<long>(1);
        int count = (int)call.Case.Inputs[1].Count, slots = positions.Length, size = (int)op.Size.Value;
        int[] slotOf = new int[count];
        List<long> places = [];
        for (int t = 0; t < count; t++)
        {
            long place = GatherBox.Index(call, 1, t, size);
            slotOf[t] = places.IndexOf(place);
            if (slotOf[t] >= 0) continue;
            slotOf[t] = places.Count;
            places.Add(place);
        }
        int unused = slots - places.Count;
        for (int k = 0; k < slots; k++) positions[k] = places[Math.Max(0, k - unused)];
        rows.Clear();
        int length = slots == 0 ? 0 : rows.Length / slots;
        for (int t = 0; t < count; t++)
            for (int i = 0; i < length; i++) rows[(unused + slotOf[t]) * length + i] += x[t * length + i];
    }
}
