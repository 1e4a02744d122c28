namespace Fovea.Reports;

/// <summary>A grid of cells at a place of a drawing.</summary>
sealed class Grid(Drawing drawing, double x, double y, double cell = 30)
{
    public const double Cell = 30;

    public double X => x;

    public double Y => y;

    /// <summary>A cell, with a text in it.</summary>
    public void Fill(string kind, int row, int column, string? text = null, string? fill = null)
    {
        drawing.Rectangle(kind, x + column * cell, y + row * cell, cell, cell, fill);
        // A digit is about 6.5 wide; what would leave its cell is written smaller.
        if (text is not null)
            drawing.Text(6.5 * text.Length > cell - 2 ? "number small" : "number", x + (column + 0.5) * cell, y + (row + 0.5) * cell, text);
    }

    /// <summary>Every cell of a rectangle.</summary>
    public void FillAll(string kind, int rows, int columns, Func<int, int, string?>? text = null)
    {
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++) Fill(kind, row, column, text?.Invoke(row, column));
    }

    /// <summary>A frame around cells.</summary>
    public void Outline(int row, int column, int rows, int columns) =>
        drawing.Rectangle("outline", x + column * cell, y + row * cell, columns * cell, rows * cell);

    /// <summary>A note under the grid.</summary>
    public void Note(int rows, string text) => drawing.Text("note", x, y + rows * cell + 14, text);
}
