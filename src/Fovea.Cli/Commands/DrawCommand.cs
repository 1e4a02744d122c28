using System.CommandLine;
using System.Text;
using Fovea.Modules;
using Fovea.Reports;

namespace Fovea.Cli.Commands;

/// <summary><c>fovea draw</c>: windows, matrices and receptive fields as SVG.</summary>
static class DrawCommand
{
    static readonly string[] Pictures = ["conv", "pool", "dilated", "transposed", "matrix", "im2col", "field"];

    sealed record Geometry(int Input, WindowArithmetic Window, int OutputPadding, bool Transposed, bool Animated, int Place);

    public static Command Create()
    {
        var common = new CommonOptions();
        var what = new Argument<string>("picture") { Description = $"What is drawn: {string.Join(", ", Pictures)}." };
        var input = new Option<string>("--input")
        {
            Description = "The side of the square input; for field the shape, channels first.",
            DefaultValueFactory = _ => "5",
        };
        Option<int> Number(string name, string description, int otherwise) =>
            new(name) { Description = description, DefaultValueFactory = _ => otherwise };
        var kernel = Number("--kernel", "Taps along each axis.", 3);
        var stride = new Option<int?>("--stride") { Description = "Pixels from window to window. Default: 1; for pool the kernel." };
        var padding = Number("--padding", "Zeros at each side.", 0);
        var dilation = new Option<int?>("--dilation") { Description = "Pixels from tap to tap. Default: 1; for dilated 2." };
        var added = Number("--output-padding", "Pixels that a transposed convolution adds at the end.", 0);
        var place = Number("--place", "Which output is shown, or which window im2col follows, counted from 0.", 0);
        var transposed = new Option<bool>("--transposed") { Description = "Draws the transposed convolution of that geometry." };
        var animated = new Option<bool>("--animated") { Description = "Moves the window over all places." };
        var network = new Option<string?>("--network") { Description = "For field: a network, a run, \"latest\", or a model file." };
        var layer = new Option<string?>("--layer") { Description = "For field: one unit of this layer; without it, every layer's field." };
        var unit = new Option<string?>("--unit") { Description = "For field: the unit's place, as y,x. Default: the middle." };
        var classes = Number("--classes", "Classes of a network by name.", 10);
        var output = new Option<string?>("--out", "-o", "--output") { Description = "The file. Default: standard output." };
        var command = new Command("draw", "Draws what windows do, as SVG, still or moving.\n\n"
            + "  fovea draw conv --input 5 --kernel 3 --stride 2 --padding 1 -o conv.svg\n"
            + "  fovea draw transposed --input 3 --kernel 3 --stride 2 --animated -o up.svg\n"
            + "  fovea draw field --network vgg16 --input 3x224x224 --layer features.pool5 -o field.svg") { what };
        foreach (var option in new Option[]
            { input, kernel, stride, padding, dilation, added, place, transposed, animated, network, layer, unit, classes, output })
            command.Options.Add(option);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Apply(parsed);
            string picture = parsed.GetValue(what)!;
            if (!Pictures.Contains(picture))
                throw new UsageException($"There is no picture \"{picture}\"{Errors.Nearest.Hint(picture, Pictures)}. "
                    + $"There are: {string.Join(", ", Pictures)}.");
            Drawing drawing;
            if (picture == "field")
                drawing = Field(parsed.GetValue(network), parsed.GetResult(input) is { Implicit: false } ? parsed.GetValue(input) : null,
                    parsed.GetValue(layer), parsed.GetValue(unit), parsed.GetValue(classes), parsed.GetValue(common.Seed));
            else
            {
                if (!int.TryParse(parsed.GetValue(input), out int side) || side < 1)
                    throw new UsageException($"--input is \"{parsed.GetValue(input)}\": the side of the square input, at least 1.");
                int taps = parsed.GetValue(kernel);
                try
                {
                    var window = WindowArithmetic.Padded(taps, parsed.GetValue(padding),
                        parsed.GetValue(stride) ?? (picture == "pool" ? taps : 1),
                        parsed.GetValue(dilation) ?? (picture == "dilated" ? 2 : 1));
                    bool goesBack = parsed.GetValue(transposed) || picture == "transposed";
                    drawing = Window(picture, new(side, window, parsed.GetValue(added), goesBack, parsed.GetValue(animated),
                        parsed.GetValue(place)), parsed.GetValue(common.Seed));
                }
                catch (Exception e) when (e is ArgumentException or OverflowException or Errors.ShapeMismatchException)
                {
                    throw new UsageException(Usage.OneLine(e));      // a geometry that cannot be, with its numbers
                }
            }
            Deliver(drawing, parsed.GetValue(output), parsed.GetValue(common.Json));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes a drawing where it was asked for.</summary>
    public static void Deliver(Drawing drawing, string? path, bool json)
    {
        if (path is not null) drawing.Save(path);
        if (json)
            JsonOutput.Write(writer =>
            {
                writer.WriteString("title", drawing.Title);
                if (path is not null) writer.WriteString("path", Path.GetFullPath(path));
                else writer.WriteString("svg", drawing.ToString());
            });
        else if (path is null)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(drawing.ToString()));
        }
        else Console.WriteLine($"{drawing.Title}: {Path.GetFullPath(path)}");
    }

    static Drawing Window(string picture, Geometry g, ulong seed) => picture switch
    {
        "matrix" => Drawings.Matrix(Matrix(g, seed)),
        "im2col" => Drawings.Im2Col(Im2Col(g), g.Place),
        "pool" => Drawings.Window(g.Input, g.Window, WindowKind.Pooling, g.Place, g.Animated),
        _ when g.Transposed => Drawings.Transposed(g.Input, g.Window, g.OutputPadding, g.Place, g.Animated),
        _ => Drawings.Window(g.Input, g.Window, WindowKind.Convolution, g.Place, g.Animated),
    };

    static LayerMatrix Matrix(Geometry g, ulong seed)
    {
        var w = g.Window;
        Module layer = g.Transposed
            ? new ConvTranspose2d(1, w.Kernel, w.Stride, w.PadBegin, g.OutputPadding, w.Dilation, bias: false)
            : new Conv2d(1, w.Kernel, w.Stride, w.PadBegin, w.Dilation, bias: false);
        layer.Build([1, g.Input, g.Input], seed);
        return Analysis.Matrix(layer);
    }

    // The article's numbers: an image 1, 2, 3, …, and a kernel that is easy to follow by eye.
    static Im2ColForm Im2Col(Geometry g)
    {
        var w = g.Window;
        var image = Tensor.From(Enumerable.Range(1, g.Input * g.Input).Select(i => (float)i).ToArray(), [1, 1, g.Input, g.Input]);
        var kernel = Tensor.From(Enumerable.Range(0, w.Kernel * w.Kernel).Select(i => (float)((i + 1) % 2)).ToArray(),
            [1, 1, w.Kernel, w.Kernel]);
        return Analysis.Im2Col(image, kernel, w.Stride, w.PadBegin, w.Dilation);
    }

    static Drawing Field(string? network, string? input, string? layer, string? unit, int classes, ulong seed)
    {
        if (network is null) throw new UsageException("draw field needs --network: a network, a run, \"latest\", or a model file.");
        var shape = NamedModel.ShapeOf(input);
        var (model, _) = NamedModel.Find(network, shape, classes, seed);
        if (layer is null) return Drawings.Fields(model);
        int[] place = [];
        if (unit is not null)
        {
            string[] parts = unit.Split(',');
            if (parts.Length > Fovea.Tensors.Dims.Capacity || !parts.All(p => int.TryParse(p, out _)))
                throw new UsageException($"--unit is \"{unit}\": the place as y,x.");
            place = [.. parts.Select(p => int.Parse(p, System.Globalization.CultureInfo.InvariantCulture))];
        }
        try
        {
            var built = shape ?? model.InputShape!;
            var field = Analysis.ReceptiveField(model, layer, new Fovea.Tensors.Dims(place), shape);
            return Drawings.Field(field, (int)built[1], (int)built[2]);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Usage.OneLine(e));              // a layer or a unit that is not there
        }
    }
}
