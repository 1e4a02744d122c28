using System.Globalization;

namespace Fovea.Reports;

/// <summary>What a window does, drawn.</summary>
public enum WindowKind
{
    /// <summary>A convolution: every tap has a weight.</summary>
    Convolution,
    /// <summary>A pooling: no weights.</summary>
    Pooling,
}

/// <summary>Drawings of windows that move over images, and of what they equal.</summary>
public static partial class Drawings
{
    /// <summary>The largest side of a drawn grid: beyond it cells are dust.</summary>
    public const int LargestSide = 40;

    const double Top = 48, Gap = 60, SecondsOfFrame = 0.7;

    /// <summary>
    /// A window over a square image: padding dashed, the taps of one window filled (with dilation they stand apart), and its output.
    /// </summary>
    /// <param name="size">The image's side.</param>
    /// <param name="window">The window, the same along both axes.</param>
    /// <param name="kind">What the window computes.</param>
    /// <param name="place">Which output is shown, in row-major order; ignored when animated.</param>
    /// <param name="animated">Whether the window moves over all places.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not fit, or the picture would be too large.</exception>
    public static Drawing Window(int size, WindowArithmetic window, WindowKind kind = WindowKind.Convolution, int place = 0,
        bool animated = false)
    {
        int output = window.OutputSize(size), padded = checked(size + window.PadBegin + window.PadEnd);
        RequireDrawable(padded);
        RequirePlace(place, output * output);
        string name = kind == WindowKind.Pooling ? "Pooling" : window.Dilation > 1 ? "Dilated convolution" : "Convolution";
        var drawing = new Drawing($"{name}: {Describe(size, window)} gives {output}×{output}");
        Heading(drawing, drawing.Title, window.Dilation > 1
            ? $"the kernel reaches over {window.EffectiveKernel} pixels: K + (K − 1)(D − 1)" : null);
        Grid input = new(drawing, 0, Top), result = new(drawing, padded * Grid.Cell + Gap, Top + (padded - output) * Grid.Cell / 2);
        for (int row = 0; row < padded; row++)
            for (int column = 0; column < padded; column++)
                input.Fill(IsInside(row, window, size) && IsInside(column, window, size) ? "cell" : "pad", row, column);
        result.FillAll("cell", output, output);
        input.Note(padded, $"input {size}×{size}{(padded > size ? $", padded to {padded}×{padded}" : "")}");
        result.Note(output, $"output {output}×{output}");
        if (animated) drawing.Frames(output * output, SecondsOfFrame, Frame);
        else Frame(place);
        return drawing;

        void Frame(int at)
        {
            int top = at / output * window.Stride, left = at % output * window.Stride;
            for (int row = 0; row < window.Kernel; row++)
                for (int column = 0; column < window.Kernel; column++)
                    input.Fill("window", top + row * window.Dilation, left + column * window.Dilation,
                        kind == WindowKind.Convolution ? Weight(row * window.Kernel + column) : null);
            input.Outline(top, left, window.EffectiveKernel, window.EffectiveKernel);
            result.Fill("result", at / output, at % output);
        }
    }

    /// <summary>
    /// A transposed convolution as the plain one that it equals: zeros between the pixels and around them, the kernel rotated, stride 1.
    /// </summary>
    /// <param name="size">The side of the image that goes in.</param>
    /// <param name="window">The arithmetic of the convolution that goes the other way.</param>
    /// <param name="outputPadding">Less than the stride.</param>
    /// <param name="place">Which output is shown, in row-major order; ignored when animated.</param>
    /// <param name="animated">Whether the window moves over all places.</param>
    /// <exception cref="ArgumentOutOfRangeException">The geometry cannot be, or the picture would be too large.</exception>
    public static Drawing Transposed(int size, WindowArithmetic window, int outputPadding = 0, int place = 0, bool animated = false)
    {
        var plain = window.Transposed(size, outputPadding);
        int output = plain.OutputSize, begin = Math.Max(0, plain.PadBegin), cut = Math.Max(0, -plain.PadBegin);
        int padded = begin + plain.StretchedSize + Math.Max(0, plain.PadEnd);
        RequireDrawable(Math.Max(padded, output));
        RequirePlace(place, output * output);
        var drawing = new Drawing($"Transposed convolution: {Describe(size, window)} gives {output}×{output}");
        Heading(drawing, drawing.Title,
            $"{plain.ZerosBetween} zeros between pixels, {plain.PadBegin} before and {plain.PadEnd} after them, kernel rotated, stride 1");
        Grid input = new(drawing, 0, Top);
        Grid result = new(drawing, padded * Grid.Cell + Gap, Top + Math.Max(0, padded - output) * Grid.Cell / 2);
        for (int row = 0; row < padded; row++)
            for (int column = 0; column < padded; column++)
            {
                string down = Kind(row), across = Kind(column);
                input.Fill(down == "pad" || across == "pad" ? "pad" : down == "zero" || across == "zero" ? "zero" : "cell", row, column);
            }
        result.FillAll("cell", output, output);
        input.Note(padded, $"input {size}×{size}, with zeros {padded}×{padded}");
        result.Note(output, $"output {output}×{output} = (i − 1)·s + K′ − 2p{(outputPadding > 0 ? " + a" : "")}");
        if (animated) drawing.Frames(output * output, SecondsOfFrame, Frame);
        else Frame(place);
        return drawing;

        string Kind(int index) => index < begin || index >= begin + plain.StretchedSize ? "pad"
            : (index - begin) % (plain.ZerosBetween + 1) == 0 ? "cell" : "zero";

        void Frame(int at)
        {
            int top = at / output + cut, left = at % output + cut;
            for (int row = 0; row < window.Kernel; row++)
                for (int column = 0; column < window.Kernel; column++)
                {
                    // Rotated by half a turn: the last weight comes first.
                    int y = top + row * window.Dilation, x = left + column * window.Dilation;
                    if (y < padded && x < padded)
                        input.Fill("window", y, x, Weight((window.Kernel - 1 - row) * window.Kernel + window.Kernel - 1 - column));
                }
            result.Fill("result", at / output, at % output);
        }
    }

    static bool IsInside(int index, WindowArithmetic window, int size) => index >= window.PadBegin && index < window.PadBegin + size;

    static void Heading(Drawing drawing, string title, string? note)
    {
        drawing.Text("title", 0, 8, title);
        if (note is not null) drawing.Text("note", 0, 28, note);
    }

    static string Describe(int size, WindowArithmetic window)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{size}×{size}, kernel {window.Kernel}, stride {window.Stride}");
        if (window.PadBegin + window.PadEnd > 0)
            text += window.PadBegin == window.PadEnd ? $", padding {window.PadBegin}" : $", padding {window.PadBegin} and {window.PadEnd}";
        return window.Dilation > 1 ? $"{text}, dilation {window.Dilation}" : text;
    }

    internal static string Weight(int number)
    {
        // Subscript digits.
        var text = new System.Text.StringBuilder("w");
        foreach (char digit in (number + 1).ToString(CultureInfo.InvariantCulture)) text.Append((char)('₀' + (digit - '0')));
        return text.ToString();
    }

    static void RequireDrawable(int side)
    {
        if (side > LargestSide)
            throw new ArgumentOutOfRangeException(
                nameof(side), side, $"A grid of {side} cells a side is not drawn: at most {LargestSide}.");
    }

    static void RequirePlace(int place, int count)
    {
        if ((uint)place >= (uint)count) throw new ArgumentOutOfRangeException(nameof(place), place, $"There are {count} places.");
    }
}
