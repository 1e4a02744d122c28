using Fovea.Cpu.Kernels;
using Fovea.Graphs;

namespace Fovea.Tests.Guide;

#region snippet kernel
/// <summary>y[n, j · G + i, …] = x[n, i · C/G + j, …], one element at a time.</summary>
sealed class ChannelShuffleNaive : NaiveKernel<ChannelShuffle>
{
    protected override void Run<T>(ChannelShuffle op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var sizes = call.Case.Inputs[0].Sizes;
        var (from, to) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        var inGroup = sizes[1] / op.Groups;
        var place = new Odometer(sizes);
        while (place.MoveNext())
        {
            var dealt = place[1] % inGroup * op.Groups + place[1] / inGroup;
            y[place.Offset(to) + (int)((dealt - place[1]) * to[1])] = x[place.Offset(from)];
        }
    }
}
#endregion
