using System.Globalization;
using System.Text;
using System.Xml;
using Fovea.Data;

namespace Fovea.Reports;

/// <summary>
/// A picture as SVG. Colours follow the reader's light or dark setting; a moving picture stands still where less motion is asked for. The
/// text is the same on every machine.
/// </summary>
public sealed class Drawing
{
    // One place for colours: every class of shape has its light and its dark one.
    const string Style = """
        svg{--paper:#ffffff;--ink:#1f2328;--soft:#656d76;--line:#afb8c1;--cell:#f6f8fa;--pad:#eceff2;--zero:#ffffff;
        --window:#0969da;--result:#1a7f37;--warm:#bc4c00;--hole:#d1242f;background:var(--paper)}
        @media(prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#454c54;--cell:#1c2128;--pad:#13171d;
        --zero:#0d1117;--window:#4493f8;--result:#3fb950;--warm:#f0883e;--hole:#f85149}}
        text{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-size:12px;fill:var(--ink);
        text-anchor:middle;dominant-baseline:central}
        .title{font-size:14px;font-weight:600;text-anchor:start}.note{fill:var(--soft);text-anchor:start}
        .number{font-size:11px;font-variant-numeric:tabular-nums}.small{font-size:9px}.end{text-anchor:end}
        .cell{fill:var(--cell);stroke:var(--line)}.pad{fill:var(--pad);stroke:var(--line);stroke-dasharray:2 2}
        .zero{fill:var(--zero);stroke:var(--line);stroke-dasharray:1 3}
        .window{fill:var(--window);fill-opacity:.28;stroke:var(--window);stroke-width:1.5}
        .outline{fill:none;stroke:var(--window);stroke-width:2}.result{fill:var(--result);fill-opacity:.32;stroke:var(--result)}
        .hole{fill:var(--hole);fill-opacity:.25;stroke:var(--hole)}.warm{fill:var(--warm);fill-opacity:.3;stroke:var(--warm)}
        .arrow{stroke:var(--soft);stroke-width:1.5;fill:none}.curve{fill:none;stroke-width:2;stroke-linejoin:round}
        .bar{fill:var(--window);fill-opacity:.75}.track{fill:var(--pad)}

        """;

    readonly StringBuilder _body = new();
    readonly StringBuilder _style = new(Style);
    readonly string _title;
    double _width, _height;

    /// <summary>An empty picture.</summary>
    /// <param name="title">What it shows, for those who hear it read.</param>
    public Drawing(string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        _title = title;
    }

    /// <summary>What it shows.</summary>
    public string Title => _title;

    internal void Rectangle(string kind, double x, double y, double width, double height, string? fill = null)
    {
        Grow(x + width, y + height);
        _body.Append(CultureInfo.InvariantCulture,
            $"<rect class=\"{kind}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"");
        if (fill is not null) _body.Append(CultureInfo.InvariantCulture, $" style=\"fill:{fill}\"");
        _body.Append("/>\n");
    }

    internal void Text(string kind, double x, double y, string text)
    {
        // Nobody measures the reader's font: about the width of its letters, a little more.
        double letter = kind.Contains("title", StringComparison.Ordinal) ? 8.6 : kind.Contains("note", StringComparison.Ordinal) ? 7 : 0;
        Grow(x + Math.Max(8, letter * text.Length), y + 8);
        _body.Append(CultureInfo.InvariantCulture, $"<text class=\"{kind}\" x=\"{N(x)}\" y=\"{N(y)}\">{Escape(text)}</text>\n");
    }

    internal void Line(double x1, double y1, double x2, double y2)
    {
        Grow(Math.Max(x1, x2), Math.Max(y1, y2));
        _body.Append(CultureInfo.InvariantCulture,
            $"<line class=\"arrow\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>\n");
    }

    internal void Path(IReadOnlyList<(double X, double Y)> points, string stroke)
    {
        foreach (var (x, y) in points) Grow(x, y);
        _body.Append("<polyline class=\"curve\" points=\"").AppendJoin(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))
            .Append(CultureInfo.InvariantCulture, $"\" style=\"stroke:{stroke}\"/>\n");
    }

    /// <summary>Pictures that take turns, each for a while; where less motion is asked for the first stays.</summary>
    internal void Frames(int count, double seconds, Action<int> draw)
    {
        double share = 100.0 / count;
        _style.Append(CultureInfo.InvariantCulture,
            $"@keyframes turn{{0%{{visibility:visible}}{N(share)}%{{visibility:hidden}}100%{{visibility:hidden}}}}\n");
        _style.Append(CultureInfo.InvariantCulture,
            $".frame{{visibility:hidden;animation:turn {N(count * seconds)}s step-end infinite}}\n");
        _style.Append("@media(prefers-reduced-motion:reduce){.frame{animation:none}.first{visibility:visible}}\n");
        for (int i = 0; i < count; i++)
        {
            _body.Append(CultureInfo.InvariantCulture,
                $"<g class=\"frame{(i == 0 ? " first" : "")}\" style=\"animation-delay:{N(i * seconds)}s\">\n");
            draw(i);
            _body.Append("</g>\n");
        }
    }

    /// <summary>Writes the picture; an existing file is replaced in one step.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => DurableFile.Write(path, Encoding.UTF8.GetBytes(ToString()));

    /// <summary>The SVG text.</summary>
    public override string ToString()
    {
        const double margin = 12;
        string width = N(_width + 2 * margin), height = N(_height + 2 * margin);
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{N(-margin)} {N(-margin)} {width} {height}\" width=\"{width}\" "
            + $"height=\"{height}\" role=\"img\">\n<title>{Escape(_title)}</title>\n<style>\n{_style}</style>\n{_body}</svg>\n";
    }

    void Grow(double right, double bottom) => (_width, _height) = (Math.Max(_width, right), Math.Max(_height, bottom));

    // Whole pixels where they are whole, two digits elsewhere: short and the same in every culture.
    static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            switch (rune.Value)
            {
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '&': escaped.Append("&amp;"); break;
                case '"': escaped.Append("&quot;"); break;
                default:
                    // What XML has no character for (control characters) is shown as a box.
                    escaped.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
                    break;
            }
        return escaped.ToString();
    }
}
