using System.Globalization;
using Fovea.Modules;

namespace Fovea.Reports;

public static partial class Drawings
{
    /// <summary>
    /// What one unit sees of an image: seen pixels filled, the holes of dilation in red, and the whole image around them.
    /// </summary>
    /// <param name="field">The field, of two spatial axes.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="width">Its width.</param>
    public static Drawing Field(UnitField field, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (field.Axes.Count != 2)
            throw new ArgumentException($"A field of {field.Axes.Count} axes is not drawn as an image.", nameof(field));
        UnitFieldAxis rows = field.Axes[0], columns = field.Axes[1];
        string layer = field.Layer.Length == 0 ? "the output" : field.Layer;
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture,
            $"Receptive field of {layer}, unit {field.Unit}: {rows.Size}×{columns.Size} pixels"));
        Heading(drawing, drawing.Title, rows.Holes.Count + columns.Holes.Count > 0 ? "red: pixels that no path reaches (gridding)" : null);
        // Large images as one sheet with rectangles, small ones pixel by pixel.
        bool pixels = Math.Max(height, width) <= LargestSide;
        double cell = pixels ? Math.Min(Grid.Cell, 480.0 / Math.Max(height, width)) : 480.0 / Math.Max(height, width);
        drawing.Rectangle("cell", 0, Top, width * cell, height * cell);
        HashSet<int> rowHoles = [.. rows.Holes], columnHoles = [.. columns.Holes];
        if (!pixels)
            drawing.Rectangle("window", columns.Start * cell, Top + rows.Start * cell, columns.Size * cell, rows.Size * cell);
        else
            for (int row = rows.Start; row < rows.Start + rows.Size; row++)
                for (int column = columns.Start; column < columns.Start + columns.Size; column++)
                    drawing.Rectangle(rowHoles.Contains(row) || columnHoles.Contains(column) ? "hole" : "window", column * cell,
                        Top + row * cell, cell, cell);
        drawing.Text("note", 0, Top + height * cell + 14, string.Create(CultureInfo.InvariantCulture, $"image {height}×{width}"));
        return drawing;
    }

    /// <summary>How the receptive field grows layer by layer: a bar a layer, beside the input's size.</summary>
    /// <param name="model">A built model of images.</param>
    public static Drawing Fields(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var layers = Analysis.Summary(model).Layers.Where(l => l.ReceptiveField is not null).ToList();
        if (layers.Count == 0) throw new ArgumentException("The model has no layer whose receptive field is known.", nameof(model));
        // What does not change the field says nothing new.
        var shown = layers.Where((l, i) => i == 0 || l.ReceptiveField![0] != layers[i - 1].ReceptiveField![0]).ToList();
        int input = (int)model.InputShape![1];
        double most = Math.Max(input, shown.Max(l => l.ReceptiveField![0]));
        const double left = 190, width = 420, height = 20;
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture, $"Receptive fields, input {model.InputShape}"));
        Heading(drawing, drawing.Title, "pixels that one unit sees along the first spatial axis; the line is the input's size");
        for (int i = 0; i < shown.Count; i++)
        {
            double y = Top + i * height, size = shown[i].ReceptiveField![0];
            drawing.Text("number end", left - 8, y + height / 2, shown[i].Name.Length == 0 ? shown[i].Operator : shown[i].Name);
            drawing.Rectangle("track", left, y + 3, width, height - 6);
            drawing.Rectangle(size > input ? "warm" : "bar", left, y + 3, Math.Max(1, width * size / most), height - 6);
            drawing.Text("note", left + width + 8, y + height / 2, string.Create(CultureInfo.InvariantCulture,
                $"{size:0.##}, jump {shown[i].Jump![0]:0.##}"));
        }
        drawing.Line(left + width * input / most, Top - 4, left + width * input / most, Top + shown.Count * height + 4);
        return drawing;
    }

    /// <summary>The products behind one number: values, weights and products of each channel, side by side.</summary>
    /// <param name="products">The products, of places on two spatial axes or of features.</param>
    /// <exception cref="ArgumentException">There are more than 1 024 products.</exception>
    public static Drawing Products(Contributions products)
    {
        ArgumentNullException.ThrowIfNull(products);
        const int most = 1024;
        if (products.Terms.Count > most) throw new ArgumentException($"{products.Terms.Count} products are not drawn: at most {most}.");
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture,
            $"{products.Operator} {products.Layer} {products.Unit}: {products.Terms.Count} products"));
        Heading(drawing, drawing.Title, string.Create(CultureInfo.InvariantCulture,
            $"sum {products.Sum - products.Bias:0.#####} + bias {products.Bias:0.#####} = {products.Result:0.#####}"));
        const double cell = 44;
        double y = Top + 16;
        drawing.Text("note", 0, Top, "value");
        foreach (var channel in products.Terms.GroupBy(term => term.Place.Count > 1 ? term.Place[0] : 0))
        {
            var terms = channel.ToList();
            int[] rows = [.. terms.Select(Row).Distinct().Order()], columns = [.. terms.Select(Column).Distinct().Order()];
            double second = columns.Length * cell + 44, third = 2 * second;
            if (y == Top + 16)
            {
                drawing.Text("note", second, Top, "× factor");
                drawing.Text("note", third, Top, "= product");
            }
            Grid values = new(drawing, 0, y, cell), factors = new(drawing, second, y, cell), results = new(drawing, third, y, cell);
            foreach (var term in terms)
            {
                int row = Array.IndexOf(rows, Row(term)), column = Array.IndexOf(columns, Column(term));
                values.Fill("cell", row, column, Short(term.Value));
                factors.Fill("window", row, column, Short(term.Factor));
                results.Fill("result", row, column, Short(term.Product));
            }
            drawing.Text("note", third + columns.Length * cell + 10, y + rows.Length * cell / 2, $"channel {channel.Key}");
            y += rows.Length * cell + 14;
        }
        return drawing;

        static int Row(Contribution term) => term.Place.Count > 2 ? term.Place[1] : 0;
        static int Column(Contribution term) => term.Place[^1];
    }
}
