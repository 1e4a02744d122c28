namespace Fovea;

/// <summary>A movement of images about their middle.</summary>
public abstract record ImageMovement
{
    ImageMovement() { }

    /// <summary>By whole pixels; what leaves on one side comes in on the other, so that nothing is lost.</summary>
    /// <param name="Down">Pixels down.</param>
    /// <param name="Right">Pixels to the right.</param>
    public sealed record Shift(int Down, int Right) : ImageMovement;

    /// <summary>Enlarged (above 1) or reduced; zeros come in from outside.</summary>
    /// <param name="Factor">Above 0.</param>
    public sealed record Scale(double Factor) : ImageMovement;

    /// <summary>Turned; zeros come in from outside.</summary>
    /// <param name="Degrees">Against the clock.</param>
    public sealed record Rotation(double Degrees) : ImageMovement;

    /// <summary>Whether what leaves on one side comes in on the other.</summary>
    internal bool IsCircular => this is Shift;

    /// <summary>Where the value of a place comes from, in a map whose pixels are so many input pixels apart.</summary>
    internal (double Row, double Column) Source(double row, double column, double middleRow, double middleColumn,
        double jumpRow, double jumpColumn)
    {
        switch (this)
        {
            case Shift shift:
                return (row - shift.Down / jumpRow, column - shift.Right / jumpColumn);
            case Scale scale:
                return (middleRow + (row - middleRow) / scale.Factor, middleColumn + (column - middleColumn) / scale.Factor);
            case Rotation rotation:
                double angle = rotation.Degrees * Math.PI / 180, sine = Math.Sin(angle), cosine = Math.Cos(angle);
                double dy = row - middleRow, dx = column - middleColumn;
                return (middleRow + cosine * dy + sine * dx, middleColumn - sine * dy + cosine * dx);
            default:
                throw new InvalidOperationException($"{GetType().Name} is no movement.");
        }
    }
}

/// <summary>Moves maps with bilinear weights.</summary>
static class Warp
{
    /// <summary>Moves planes of H × W; the mask says which places came from inside the map.</summary>
    public static (float[] Moved, bool[] Inside) Planes(ReadOnlySpan<float> planes, int height, int width, ImageMovement movement,
        double jumpRow, double jumpColumn)
    {
        float[] moved = new float[planes.Length];
        bool[] inside = new bool[height * width];
        for (int place = 0; place < inside.Length; place++)
        {
            var (row, column) = movement.Source(place / width, place % width, (height - 1) / 2.0, (width - 1) / 2.0, jumpRow, jumpColumn);
            int top = (int)Math.Floor(row), left = (int)Math.Floor(column);
            double down = row - top, right = column - left;
            inside[place] = movement.IsCircular
                || row >= 0 && column >= 0 && row <= height - 1 && column <= width - 1;
            Span<(int Row, int Column, double Weight)> corners =
            [
                (top, left, (1 - down) * (1 - right)), (top, left + 1, (1 - down) * right),
                (top + 1, left, down * (1 - right)), (top + 1, left + 1, down * right),
            ];
            foreach (var (y, x, weight) in corners)
            {
                if (weight == 0) continue;
                int from;
                if (movement.IsCircular) from = Modulo(y, height) * width + Modulo(x, width);
                else if ((uint)y < (uint)height && (uint)x < (uint)width) from = y * width + x;
                else continue;
                for (int plane = 0; plane < planes.Length; plane += inside.Length)
                    moved[plane + place] += (float)weight * planes[plane + from];
            }
        }
        return (moved, inside);
    }

    static int Modulo(int value, int size) => (value % size + size) % size;
}
