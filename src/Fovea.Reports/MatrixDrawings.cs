using System.Globalization;

namespace Fovea.Reports;

public static partial class Drawings
{
    /// <summary>
    /// A layer's matrix, equal weights in equal colours: a convolution shows its diagonals (Toeplitz), zeros stay empty.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has more rows or columns than <see cref="LargestMatrixSide"/>.</exception>
    public static Drawing Matrix(LayerMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (Math.Max(matrix.Rows, matrix.Columns) > LargestMatrixSide)
            throw new ArgumentOutOfRangeException(nameof(matrix), $"{matrix.Rows}×{matrix.Columns}",
                $"At most {LargestMatrixSide} rows and columns are drawn: take a smaller input.");
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture,
            $"Matrix {matrix.Rows}×{matrix.Columns}: {matrix.Connections} connections, {matrix.DistinctWeights} weights"));
        Heading(drawing, drawing.Title,
            $"rows: outputs {matrix.OutputShape}; columns: inputs {matrix.InputShape}; equal colour, equal weight");
        bool named = Math.Max(matrix.Rows, matrix.Columns) <= 32;
        double cell = named ? 26 : 12;
        var grid = new Grid(drawing, 0, Top, cell);
        for (int row = 0; row < matrix.Rows; row++)
            for (int column = 0; column < matrix.Columns; column++)
            {
                int weight = matrix.WeightAt(row, column);
                if (weight < 0) grid.Fill("zero", row, column);
                else grid.Fill("cell", row, column, named ? Weight(weight) : null, Hue(weight, matrix.DistinctWeights));
            }
        return drawing;
    }

    /// <summary>The most rows or columns of a matrix that are drawn.</summary>
    public const int LargestMatrixSide = 128;

    /// <summary>
    /// im2col as the product that it makes of a convolution: kernel row × columns of windows = output row; one window is followed from the
    /// image to its number.
    /// </summary>
    /// <param name="form">The matrices.</param>
    /// <param name="window">Which window is followed, a column of the matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">A matrix has more than 60 columns.</exception>
    public static Drawing Im2Col(Im2ColForm form, int window = 0)
    {
        ArgumentNullException.ThrowIfNull(form);
        const int most = 60;
        if (form.Columns.GetLength(1) > most || form.Columns.GetLength(0) > most)
            throw new ArgumentOutOfRangeException(nameof(form), "At most 60 rows and columns are drawn: take a smaller image.");
        RequirePlace(window, form.Columns.GetLength(1));
        int taps = form.Columns.GetLength(0), windows = form.Columns.GetLength(1), kernels = form.Kernels.GetLength(0);
        var drawing = new Drawing(string.Create(CultureInfo.InvariantCulture,
            $"im2col: {form.ImageText}, kernel {form.KernelText} is {kernels}×{taps} times {taps}×{windows}"));
        Heading(drawing, drawing.Title, $"each column is a window; {form.ColumnBytes} bytes instead of {form.ImageBytes}");
        const double cell = 34;
        Image(drawing, form, window, taps * cell, cell);
        Grid left = new(drawing, 0, Top + (taps + 1.5) * cell, cell), columns = new(drawing, (taps + 1) * cell, Top, cell);
        var product = new Grid(drawing, (taps + 1) * cell, Top + (taps + 1.5) * cell, cell);
        Numbers(columns, form.Columns, "cell", (_, column) => column == window);
        Numbers(left, form.Kernels, "window", (_, _) => false);
        Numbers(product, form.Product, "result", (_, _) => false);
        columns.Outline(0, window, taps, 1);
        product.Outline(0, window, kernels, 1);
        left.Note(kernels, $"{kernels} kernel{(kernels == 1 ? "" : "s")} as row{(kernels == 1 ? "" : "s")} of {taps}");
        product.Note(kernels, $"outputs: {form.OutputText}");
        return drawing;
    }

    // The image of the window that is followed, channel under channel, where there is room beside the columns.
    static void Image(Drawing drawing, Im2ColForm form, int window, double room, double largest)
    {
        var (shape, kernel, output) = (form.Images.Shape.ToDims(), form.KernelSizes, form.Output.Shape.ToDims());
        if (shape.Count != 4) return;
        int channels = shape[1], height = shape[2], width = shape[3], places = output[2] * output[3];
        double cell = Math.Min(largest, Math.Min((room - 20) / width, (room - 14 * channels) / (height * channels)));
        if (cell < 12) return;
        int image = window / places, row = window % places / output[3], column = window % output[3];
        double[] pixels = form.Images.Cast(Tensors.ElementType.Float64).ToArray<double>();
        for (int channel = 0; channel < channels; channel++)
        {
            var grid = new Grid(drawing, 0, Top + channel * (height * cell + 14), cell);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    grid.Fill(Seen(0, y, row) && Seen(1, x, column) ? "warm" : "cell", y, x,
                        cell >= 24 ? Short(pixels[((image * channels + channel) * height + y) * width + x]) : null);
        }

        bool Seen(int axis, int pixel, int place)
        {
            var w = form.Windows[axis];
            int offset = pixel - (place * w.Stride - w.PadBegin);
            return offset >= 0 && offset % w.Dilation == 0 && offset / w.Dilation < kernel[axis];
        }
    }

    static void Numbers(Grid grid, double[,] values, string kind, Func<int, int, bool> warm)
    {
        for (int row = 0; row < values.GetLength(0); row++)
            for (int column = 0; column < values.GetLength(1); column++)
                grid.Fill(warm(row, column) ? "warm" : kind, row, column, Short(values[row, column]));
    }

    static string Short(double value) => value.ToString("0.##;−0.##;0", CultureInfo.InvariantCulture);

    // As many hues as weights, evenly around the wheel; mixed with the paper so that ink stays readable in light and dark.
    static string Hue(int number, int count) => string.Create(CultureInfo.InvariantCulture,
        $"color-mix(in srgb, hsl({number * 360.0 / Math.Max(1, count):0} 80% 50%) 38%, var(--paper))");
}
