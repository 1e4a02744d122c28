using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MaxPoolGather;

/// <summary>Reads the pixels of float32 images that indices name, in the layout in which the images come.</summary>
sealed unsafe class Places : Kernel<Ops.MaxPoolGather>
{
    public override string Name => "MaxPoolGather.places";

    // Elements are only moved: every kernel gives the same bits.
    protected override string Recipe(Ops.MaxPoolGather op, KernelCase @case) => "MaxPoolGather";

    protected override bool Supports(Ops.MaxPoolGather op, KernelCase @case) =>
        @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Rank == @case.Inputs[1].Rank;

    protected override LayoutRule Layouts(Ops.MaxPoolGather op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.MaxPoolGather op, KernelCase @case)
    {
        var (rows, columns) = Rows(@case.Outputs[0]);
        return new([VectorKernels.Pieces(@case.Outputs[0].Sizes[0] * rows, PoolWindows.RowsOfPiece(columns))]);
    }

    // A row: the channels of a place, or the places of a channel, whichever lie side by side.
    protected override void Run(Ops.MaxPoolGather op, in KernelCall call)
    {
        var x = new ChannelPlaces(call.Case.Inputs[0]);
        float* from = (float*)call.Input(0), to = (float*)call.Output(0);
        long* indices = (long*)call.Input(1);
        bool last = !call.Case.Outputs[0].Layout.IsRowMajor;
        var (rows, columns) = Rows(call.Case.Outputs[0]);
        nint ofPiece = PoolWindows.RowsOfPiece(columns), first = call.Piece * ofPiece;
        nint step = last ? 1 : 0, place = last ? x.Channels : 1;
        for (nint row = first; row < Math.Min(first + ofPiece, x.Samples * rows); row++)
        {
            nint start = row * columns;
            float* source = from + row / rows * x.Sample + (last ? 0 : row % rows * x.Count);
            for (nint i = 0; i < columns; i++)
            {
                long index = PixelIndex.Check(indices[start + i], x.Count);
                to[start + i] = index < 0 ? 0 : source[(nint)index * place + i * step];
            }
        }
    }

    static (nint Rows, nint Columns) Rows(BoundType output)
    {
        var y = new ChannelPlaces(output);
        return output.Layout.IsRowMajor ? (y.Channels, y.Count) : (y.Count, y.Channels);
    }
}
