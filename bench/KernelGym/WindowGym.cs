using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.KernelGym;

/// <summary>
/// What slides a window besides convolution: GF/s where products dominate, and GB/s of inputs read and outputs written once; the widest
/// kernel of each operator and its reference.
/// </summary>
static class WindowGym
{
    public static void Run(string filter)
    {
        Console.WriteLine("| operator | case | kernel | ms | GF/s | GB/s | 2 threads |\n|---|---|---|---|---|---|---|");
        Dims planes = [8, 64, 56, 56], padded = [8, 64, 58, 58], volume = [2, 32, 16, 28, 28];
        Line(filter, "reflect 1, channels-last", new Pad([0, 0, 1, 1], [0, 0, 1, 1], 0, PadMode.Reflect), Layout.ChannelsLast(4), planes);
        Line(filter, "reflect 1, row-major", new Pad([0, 0, 1, 1], [0, 0, 1, 1], 0, PadMode.Reflect), Layout.RowMajor, planes);
        Line(filter, "zeros 1, channels-last", new Pad([0, 0, 1, 1], [0, 0, 1, 1]), Layout.ChannelsLast(4), planes);
        Line(filter, "reflect 1, channels-last", new PadGradient([0, 0, 1, 1], [0, 0, 1, 1], PadMode.Reflect), Layout.ChannelsLast(4),
            padded);
        Line(filter, "reflect 1, row-major", new PadGradient([0, 0, 1, 1], [0, 0, 1, 1], PadMode.Reflect), Layout.RowMajor, padded);
        foreach (int stride in (int[])[1, 2])
        {
            var geometry = ConvolutionGeometry.Of(2, [stride], [1], []);
            string name = $"3x3 s{stride}";
            Dims columns = [8, 576, 56 / stride * 56 / stride];
            Line(filter, name, new Unfold(geometry, [3, 3]), Layout.RowMajor, planes);
            Line(filter, name, new Fold(geometry, [3, 3], [56, 56]), Layout.RowMajor, columns);
        }
        Line(filter, "3x3x3", new Unfold(ConvolutionGeometry.Of(3, [], [1], []), [3, 3, 3]), Layout.RowMajor, volume);
        foreach (int images in (int[])[1, 32])
        {
            var geometry = ConvolutionGeometry.Of(2, [], [1], []);
            string name = $"3x3 32->32 28x28 b{images}";
            Dims image = [images, 32, 28, 28], weight = [32, 32, 3, 3, 28, 28];
            Line(filter, name, new LocallyConnected(geometry), Layout.RowMajor, image, weight);
            Line(filter, name, new LocallyConnectedInputGradient(geometry, [28, 28]), Layout.RowMajor, image, weight);
            Line(filter, name, new LocallyConnectedWeightGradient(geometry, [3, 3]), Layout.RowMajor, image, image);
        }
        var deformed = ConvolutionGeometry.Of(2, [], [1], []);
        Line(filter, "3x3 64 channels 56x56 b8", new DeformableUnfold(deformed, [3, 3]), Layout.RowMajor, planes, [8, 18, 56, 56],
            [8, 9, 56, 56]);
        Line(filter, "3x3 64 channels 56x56 b8", new DeformableUnfoldGradient(deformed, [3, 3]), Layout.RowMajor, planes, [8, 18, 56, 56],
            [8, 9, 56, 56], [8, 576, 3136]);
    }

    static void Line(string filter, string title, Op op, Layout layout, params Dims[] inputs)
    {
        if (!op.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) return;
        TensorType[] types = [.. inputs.Select(sizes => TensorType.Float(sizes))];
        var outputs = op.Infer(Inputs.Of(op, types));
        var cost = op.Cost(Inputs.Of(op, types), outputs);
        var open = new KernelCase([.. types.Select(Bound)], [.. outputs.Select(Bound)]);
        var kernels = CpuKernels.For(op).Where(k => k.Supports(op, open)).ToArray();
        foreach (var kernel in kernels.Length > 1 ? new[] { kernels[0] } : kernels)
        {
            var (one, two) = KernelTimer.Seconds(kernel, op, open, layout);
            double bytes = cost.BytesRead.Value + cost.BytesWritten.Value;
            Console.WriteLine($"| {op.Name} | {title} | {kernel.Name[(kernel.Name.IndexOf('.') + 1)..]} | {one * 1e3:F2} | "
                + $"{2 * cost.MultiplyAdds.Value / one / 1e9:F1} | {bytes / one / 1e9:F1} | ×{one / two:F2} |");
        }

        static BoundType Bound(TensorType type) => new(type.Element, type.Shape.ToDims(), Layout.RowMajor);
    }
}
