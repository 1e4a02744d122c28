using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>The taps of every spatial axis of a resize, and the plain sum over them.</summary>
static class ResizeAxes
{
    /// <summary>The taps from an image to its resized one.</summary>
    public static AxisTaps[] Of(ResizeGeometry geometry, BoundType image, BoundType resized) => [.. Enumerable.Range(0, image.Rank - 2)
        .Select(i => AxisTaps.Of(geometry, i, image.Sizes[i + 2], resized.Sizes[i + 2]))];

    /// <summary>The taps back.</summary>
    public static AxisTaps[] Transposed(ResizeGeometry geometry, BoundType image, BoundType resized) =>
        [.. Of(geometry, image, resized).Select(axis => axis.Transposed())];

    /// <summary>Every output as one sum over the box of its taps.</summary>
    public static void Sum<T>(AxisTaps[] axes, in KernelCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        Strides from = call.Case.Inputs[0].Strides, to = call.Case.Outputs[0].Strides;
        for (var place = new Odometer(call.Case.Outputs[0].Sizes); place.MoveNext();)
        {
            var box = Dims.Repeat(0, axes.Length);
            for (int i = 0; i < axes.Length; i++) box = box.With(i, axes[i].Pixels(place[i + 2]).Length);
            var sum = T.Zero;
            for (var tap = new Odometer(box); tap.MoveNext();)
            {
                long pixel = place[0] * from[0] + place[1] * from[1];
                double weight = 1;
                for (int i = 0; i < axes.Length; i++)
                {
                    pixel += axes[i].Pixels(place[i + 2])[tap[i]] * from[i + 2];
                    weight *= axes[i].Weights(place[i + 2])[tap[i]];
                }
                sum += T.CreateChecked(weight) * x[(int)pixel];
            }
            y[place.Offset(to)] = sum;
        }
    }
}
