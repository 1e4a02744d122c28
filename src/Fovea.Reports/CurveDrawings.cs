using System.Globalization;

namespace Fovea.Reports;

/// <summary>A line through points of a chart.</summary>
/// <param name="Name">What it is called at its end.</param>
/// <param name="Values">One value a place of the horizontal axis; what is not finite leaves a gap.</param>
public sealed record Curve(string Name, IReadOnlyList<double> Values);

public static partial class Drawings
{
    /// <summary>Curves over a common axis, from 0 to the largest value.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="places">The labels of the horizontal axis.</param>
    /// <param name="curves">The curves, at least one, each as long as the axis.</param>
    public static Drawing Curves(string title, IReadOnlyList<string> places, IReadOnlyList<Curve> curves)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count == 0 || places.Count < 2 || curves.Any(c => c.Values.Count != places.Count))
            throw new ArgumentException($"Curves have a value for each of at least two places: {places.Count} places were given.");
        const double left = 44, width = 460, height = 240;
        double largest = curves.SelectMany(c => c.Values).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        double top = largest > 0 ? largest : 1, step = width / (places.Count - 1);
        var drawing = new Drawing(title);
        Heading(drawing, title, null);
        drawing.Rectangle("track", left, Top - 16, width, height);
        for (int i = 0; i <= 4; i++)
        {
            double y = Y(top * i / 4);
            drawing.Line(left - 4, y, left, y);
            drawing.Text("number end", left - 8, y, (top * i / 4).ToString("0.###", CultureInfo.InvariantCulture));
        }
        // As many labels as there is room for.
        int every = Math.Max(1, (places.Count + 11) / 12);
        for (int i = 0; i < places.Count; i += every) drawing.Text("number", left + i * step, Top + height, places[i]);
        for (int c = 0; c < curves.Count; c++)
        {
            var points = new List<(double X, double Y)>();
            for (int i = 0; i <= places.Count; i++)
            {
                if (i < places.Count && double.IsFinite(curves[c].Values[i])) points.Add((left + i * step, Y(curves[c].Values[i])));
                else if (points.Count > 0)
                {
                    drawing.Path(points, Stroke(c, curves.Count));
                    points.Clear();
                }
            }
            double last = curves[c].Values.LastOrDefault(double.IsFinite);
            drawing.Text("note", left + width + 8, Spread(c, Y(last)), curves[c].Name);
        }
        return drawing;

        double Y(double value) => Top - 16 + height * (1 - value / top);

        // Names at the ends of curves that meet are put under each other.
        double Spread(int curve, double y)
        {
            var others = curves.Take(curve).Select(c => Y(c.Values.LastOrDefault(double.IsFinite)));
            return y + 14 * others.Count(other => Math.Abs(other - y) < 14);
        }
    }

    /// <summary>What a model keeps of shifts, scales or turns, as curves: errors of layers, and the predictions that change.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="points">One point a movement.</param>
    /// <param name="layers">The layers to show, by path.</param>
    public static Drawing Equivariance(string title, IReadOnlyList<ModelEquivariance> points, IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(layers);
        var curves = layers.Select(layer => new Curve(layer, [.. points.Select(p => p.Of(layer).Error)])).ToList();
        if (points.All(p => p.Consistency is not null))
            curves.Add(new("predictions that change", [.. points.Select(p => 1 - p.Consistency!.Value)]));
        return Curves(title, [.. points.Select(p => Name(p.Movement))], curves);

        static string Name(ImageMovement movement) => movement switch
        {
            ImageMovement.Shift shift => string.Create(CultureInfo.InvariantCulture, $"{shift.Down},{shift.Right}"),
            ImageMovement.Scale scale => string.Create(CultureInfo.InvariantCulture, $"×{scale.Factor:0.##}"),
            ImageMovement.Rotation turn => string.Create(CultureInfo.InvariantCulture, $"{turn.Degrees:0.#}°"),
            _ => movement.ToString(),
        };
    }

    /// <summary>
    /// The routes of gradients back through a pooling: max sends each to the pixel that won, mean spreads it in equal parts. Each output
    /// sends 1.
    /// </summary>
    /// <param name="image">One channel, H, W.</param>
    /// <param name="window">The window, the same along both axes, without dilation or padding.</param>
    /// <param name="mean">Mean in the place of max.</param>
    public static Drawing GradientRoutes(Tensor image, WindowArithmetic window, bool mean = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Rank != 2) throw new ArgumentException($"One channel H, W is drawn, not {image.Shape}.", nameof(image));
        if (window.Dilation != 1 || window.PadBegin + window.PadEnd != 0)
            throw new ArgumentException("Routes are drawn for windows without padding and dilation.", nameof(window));
        int rows = (int)image.Shape[0], columns = (int)image.Shape[1];
        RequireDrawable(Math.Max(rows, columns));
        int down = window.OutputSize(rows), across = window.OutputSize(columns);
        var x = Tensor.From(image.ToArray(), [1, 1, rows, columns]).Watch();
        var pooled = mean ? x.AveragePool([window.Kernel, window.Kernel], [window.Stride, window.Stride])
            : x.MaxPool([window.Kernel, window.Kernel], [window.Stride, window.Stride]);
        float[] back = Gradients.Of(pooled.Sum(), x).ToArray(), values = x.ToArray(), results = pooled.ToArray();
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture, $"Gradients through {(mean ? "mean" : "max")} pooling: "
            + $"{down * across} arrive, {back.Count(g => g != 0)} of {back.Length} inputs receive one, their sum stays {back.Sum():0.##}"));
        Heading(drawing, drawing.Title, "input, output, and what comes back when every output sends 1");
        double cell = Grid.Cell + 8, second = columns * cell + Gap, third = second + across * cell + Gap;
        Grid input = new(drawing, 0, Top, cell), output = new(drawing, second, Top, cell), gradient = new(drawing, third, Top, cell);
        input.FillAll("cell", rows, columns, (r, c) => Short(values[r * columns + c]));
        for (int r = 0; r < down; r++)
            for (int c = 0; c < across; c++)
            {
                output.Fill("result", r, c, Short(results[r * across + c]));
                input.Outline(r * window.Stride, c * window.Stride, window.Kernel, window.Kernel);
            }
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
            {
                float share = back[r * columns + c];
                gradient.Fill(share != 0 ? "warm" : "cell", r, c, Short(share));
            }
        return drawing;
    }

    static string Stroke(int curve, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"hsl({(210 + curve * 360.0 / count) % 360:0} 70% 50%)");
}
