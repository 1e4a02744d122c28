using System.Xml.Linq;
using Fovea.Modules;
using Fovea.Reports;
using Xunit;

namespace Fovea.Tests.Reports;

/// <summary>Drawings are well-formed, the same everywhere, and as they were when somebody looked at them.</summary>
public sealed class DrawingTests
{
    static readonly WindowArithmetic Strided = WindowArithmetic.Padded(3, 1, 2);

    static readonly Dictionary<string, Func<Drawing>> All = new()
    {
        ["convolution"] = () => Drawings.Window(5, Strided, place: 4),
        ["convolution-moving"] = () => Drawings.Window(4, new WindowArithmetic(3), animated: true),
        ["pooling"] = () => Drawings.Window(4, new WindowArithmetic(2, 2), WindowKind.Pooling, 3),
        ["dilated"] = () => Drawings.Window(7, new WindowArithmetic(3, Dilation: 2), place: 4),
        ["transposed"] = () => Drawings.Transposed(3, Strided, 1, 7),
        ["matrix"] = () => Drawings.Matrix(Analysis.Matrix(Built(new Conv1d(1, 3, bias: false), [1, 6]))),
        ["im2col"] = () => Drawings.Im2Col(Analysis.Im2Col(Ramp(1, 1, 5, 5), Ramp(1, 1, 3, 3)), 4),
        ["im2col-two-channels"] = () => Drawings.Im2Col(Analysis.Im2Col(Ramp(2, 2, 5, 6), Ramp(1, 2, 3, 3)), 17),
        ["field"] = () => Drawings.Field(Analysis.ReceptiveField(Built(new Sequential(new Conv2d(1, 3, dilation: 2),
            new Conv2d(1, 3, dilation: 2)), [1, 12, 12])), 12, 12),
        ["field-large"] = () => Drawings.Field(new("pool5", [3, 3], [new(10, 212, 212, 32, []), new(0, 190, 212, 32, [])]), 224, 224),
        ["fields"] = () => Drawings.Fields(Built(new Sequential(("conv1", new Conv2d(2, 5)), ("pool1", new MaxPool2d(2)),
            ("conv2", new Conv2d(2, 5))), [1, 14, 14])),
        ["routes-max"] = () => Drawings.GradientRoutes(Tensor.From([1f, 3, 2, 0, 5, 4, 2, 2, 0, 1, 7, 8, 2, 6, 9, 3], [4, 4]), new(2, 2)),
        ["routes-mean"] = () => Drawings.GradientRoutes(Ramp(4, 4), new(2, 2), mean: true),
        ["routes-overlapping"] = () => Drawings.GradientRoutes(Ramp(5, 5), new(3, 2)),
        ["curves"] = () => Drawings.Equivariance("Shifts to the right",
        [
            .. Enumerable.Range(0, 5).Select(i => new ModelEquivariance(new ImageMovement.Shift(0, i),
                [new("conv", "Convolution", 0.01 * i, null, [1, 1]), new("pool", "MaxPool", i % 2 * 0.3, null, [2, 2])], 1 - 0.05 * i)),
        ], ["conv", "pool"]),
        ["products"] = () => Drawings.Products(new("conv", "Convolution", [0, 1, 1],
            [
                new([0, 1, 1], 0.5, [0, 0, 0, 0], 2), new([0, 1, 2], -1, [0, 0, 0, 1], 0.25),
                new([1, 1, 1], 3, [0, 1, 0, 0], -0.001),
            ], 0.125, 0.872)),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Drawings_are_as_accepted(string name)
    {
        string svg = All[name]().ToString();
        var root = XDocument.Parse(svg).Root!;
        Assert.Equal("svg", root.Name.LocalName);
        Assert.Equal(root.Attribute("width")!.Value, root.Attribute("viewBox")!.Value.Split(' ')[2]);

        string path = Path.Combine(Architecture.Repository.Root, "tests", "Fovea.Tests", "Reports", "Snapshots", name + ".svg");
        if (Environment.GetEnvironmentVariable("FOVEA_ACCEPT_DRAWINGS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, svg);
        }
        Assert.True(File.Exists(path), $"No drawing {name} was accepted: FOVEA_ACCEPT_DRAWINGS=1 writes it; then look at it.");
        Assert.Equal(File.ReadAllText(path), svg);
    }

    [Fact]
    public void No_accepted_drawing_is_left_over() => Assert.Equal(All.Keys.Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(Architecture.Repository.Root, "tests", "Fovea.Tests", "Reports", "Snapshots"))
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    [Fact]
    public void A_moving_window_has_a_frame_a_place()
    {
        var drawing = XDocument.Parse(Drawings.Window(5, new WindowArithmetic(3), animated: true).ToString());
        string[] kinds = [.. drawing.Descendants().Select(e => (string?)e.Attribute("class") ?? "")];
        Assert.Equal(9, kinds.Count(kind => kind.StartsWith("frame", StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_of_layers_are_text_not_markup()
    {
        var hostile = new UnitField("<script>alert(1)</script>&\"\u0001", [0, 0], [new(0, 1, 1, 1, []), new(0, 1, 1, 1, [])]);
        var root = XDocument.Parse(Drawings.Field(hostile, 3, 3).ToString()).Root!;
        Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName == "script");
        Assert.Contains(root.Descendants(), e => e.Value.Contains("<script>alert(1)</script>&\"\uFFFD", StringComparison.Ordinal));
    }

    [Fact]
    public void What_would_be_dust_is_refused_with_its_numbers()
    {
        Assert.Contains("41", Assert.Throws<ArgumentOutOfRangeException>(() => Drawings.Window(41, new WindowArithmetic(3))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Drawings.Window(2, new WindowArithmetic(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Drawings.Window(5, new WindowArithmetic(3), place: 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Drawings.Matrix(Analysis.Matrix(Built(new Conv2d(1, 3), [1, 12, 12]))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Drawings.Im2Col(Analysis.Im2Col(Ramp(1, 1, 12, 12), Ramp(1, 1, 3, 3))));
    }

    static T Built<T>(T module, Shape input) where T : Module => Analyses.ArithmeticTests.Built(module, input);

    static Tensor Ramp(params int[] shape) => Tensor.From(
        Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i).ToArray(), shape);
}
