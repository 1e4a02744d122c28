using System.Numerics;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>What the kernels of region alignment share: boxes, and the image of each.</summary>
static class RoiBoxes
{
    /// <summary>The axes of a box, height first.</summary>
    public static (RoiAxis Rows, RoiAxis Columns) Axes<T>(RoiGeometry geometry, ReadOnlySpan<T> boxes, BoundType type, int box,
        Dims image) where T : unmanaged, INumber<T>
    {
        var strides = type.Strides;
        long start = box * strides[0], step = strides[1];
        return (geometry.Axis(0, At(boxes, 1), At(boxes, 3), image[2]), geometry.Axis(1, At(boxes, 0), At(boxes, 2), image[3]));

        double At(ReadOnlySpan<T> values, int edge) => double.CreateChecked(values[(int)(start + edge * step)]);
    }

    /// <summary>The number of a box's image.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such image.</exception>
    public static int Image(in KernelCall call, int input, int box, int images)
    {
        var type = call.Case.Inputs[input];
        int at = (int)(box * type.Strides[0]);
        long image = type.Element == ElementType.Int64 ? call.Source<long>(input)[at] : call.Source<int>(input)[at];
        return image >= 0 && image < images ? (int)image
            : throw new IndexOutOfRangeException($"Box {box} names image {image}; there are {images}.");
    }
}

/// <summary>The four products of each sample of a bin, one after the other: rows outermost; samples beside the image give one 0.</summary>
ref struct RoiProducts(RoiAxis rows, RoiAxis columns, int i, int j)
{
    readonly (long From, long To) _near = rows.Near(i), _across = columns.Near(j);
    long _row = rows.Near(i).From, _column = columns.Near(j).From;
    int _corner = -1;

    /// <summary>Whether there are samples that the walk leaves out, all of them beside the image: one more product, of 0.</summary>
    public readonly bool Skips => (double)(_near.To - _near.From) * (_across.To - _across.From) < rows.Samples * columns.Samples;

    /// <summary>The row of the pixel.</summary>
    public int Row { get; private set; }

    /// <summary>The column of the pixel.</summary>
    public int Column { get; private set; }

    /// <summary>The product of the weights.</summary>
    public double Weight { get; private set; }

    /// <summary>Whether the sample lies on the image; else the product is 0.</summary>
    public bool Inside { get; private set; }

    /// <summary>Goes to the next product; false after the last.</summary>
    public bool MoveNext()
    {
        if (_near.From >= _near.To || _across.From >= _across.To) return false;
        if (_corner == 3 || _corner == 0 && !Inside)
        {
            _corner = -1;
            if (++_column == _across.To)
            {
                _column = _across.From;
                _row++;
            }
        }
        if (_row == _near.To) return false;
        _corner++;
        bool inside = rows.Around(i, _row, out int top, out int bottom, out double topWeight, out double bottomWeight);
        inside &= columns.Around(j, _column, out int left, out int right, out double leftWeight, out double rightWeight);
        Inside = inside;
        (Row, Column) = (_corner < 2 ? top : bottom, _corner % 2 == 0 ? left : right);
        Weight = (_corner < 2 ? topWeight : bottomWeight) * (_corner % 2 == 0 ? leftWeight : rightWeight);
        return true;
    }
}
