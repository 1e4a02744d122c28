using System.Globalization;
using System.Text;
using Fovea.Ops;

namespace Fovea.Tests.Documentation;

/// <summary>Writes docs/operators.md: what there is, and how often each is held to something.</summary>
internal sealed class OperatorPage
{
    const string Introduction = """
        # Operators

        Written by `tests/Fovea.Tests/Documentation` from the catalog, the documentation in the source, and the tests themselves: run
        the tests with `FOVEA_ACCEPT_DOCS=1` to write it again. Every number is counted, not told:

        - **samples**: cases that [the conformance suite](testing.md) runs through all its checks; **differences**: gradients compared
          with finite differences in double, of first and of second order; the long form's random windows and sizes are not counted;
        - **golden**: [PyTorch's vectors](../tests/golden/README.md) whose outputs + whose gradients are computed with the operator;
        - **ONNX vectors**: [ONNX's own tests](testing.md) whose outputs are computed with it. Both are found in the graphs that the
          vectors' tests build.

        A zero has its reason below the tables. *Field* says whether the receptive field of the output is that of the input, another
        that is known, or unknown. § is the section of the article on convolutional networks that speaks of it.

        """;

    readonly StringBuilder _text = new(Introduction);
    readonly VectorCounts _counts = new();
    readonly List<string> _zeros = [], _faults = [];

    OperatorPage()
    {
    }

    /// <summary>The page.</summary>
    /// <exception cref="InvalidOperationException">A zero has no reason, or a reason is for what is not zero.</exception>
    internal static string Write()
    {
        var page = new OperatorPage();
        page.Operators();
        page.Functions();
        page.Modules();
        page.LossFunctions();
        page.Section("Zeros");
        foreach (var zero in page._zeros)
        {
            page._text.Append(CultureInfo.InvariantCulture, $"- {zero}\n");
        }

        return page._faults.Count == 0 ? page._text.ToString() : throw new InvalidOperationException(string.Join('\n', page._faults));
    }

    void Operators()
    {
        Section("Operators of the catalog");
        Head("operator", "formula", "attributes", "gradient", "ONNX", "field", "§", "samples:", "differences:", "golden:",
            "ONNX vectors:");
        foreach (var prototype in OpCatalog.All)
        {
            var (op, fact) = (new OperatorDescription(prototype), OperatorFacts.All[prototype.Name]);
            int forward = _counts.Forward(prototype.Name), backward = _counts.Backward(prototype.Name);
            var onnx = _counts.Onnx(prototype.Name);
            Zero(prototype.Name, "differences", op.GradientCases, null, op.Gradient);
            Zero(prototype.Name, "golden", forward + backward, fact.NoGolden, null);
            Zero(prototype.Name, "ONNX vectors", onnx, fact.NoOnnx, fact.Why);
            Row(Code(prototype.Name), op.Formula, op.Parameters, op.Gradient, fact.Onnx ?? "none", op.Field, fact.Section,
                Number(op.Samples), Number(op.GradientCases), $"{Number(forward)} + {Number(backward)}", Number(onnx));
        }
    }

    void Functions()
    {
        Section("Functions composed of operators");
        Head("function", "what it is", "operators", "ONNX", "§", "golden:", "ONNX vectors:");
        foreach (var (name, fact) in ComposedFunctions.All.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            int golden = fact.Golden.Sum(_counts.GoldenNamed), onnx = fact.Onnx.Sum(_counts.OnnxNamed);
            Zero(name, "golden", golden, fact.NoGolden, null);
            Zero(name, "ONNX vectors", onnx, fact.NoOnnx, fact.Onnx.Length == 0 ? "ONNX has no such operator" : null);
            Row(Code(name), XmlDocs.Function(name), List(fact.Operators()), fact.Onnx.Length == 0 ? "none" : List(fact.Onnx),
                fact.Section, Number(golden), Number(onnx));
        }
    }

    void Modules()
    {
        Section("Modules");
        Head("module", "what it is", "operators", "§");
        foreach (var (type, fact) in ModuleFacts.All.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
        {
            Row(List(ModuleFacts.Siblings(type).Select(Code)), XmlDocs.Type(type), List(fact.Operators()), fact.Section);
        }
    }

    void LossFunctions()
    {
        Section("Losses");
        Head("loss", "what it is", "golden:");
        foreach (var (name, fact) in LossFacts.All.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var golden = fact.Golden.Sum(_counts.GoldenNamed);
            Zero(name, "golden", golden, fact.NoGolden, null);
            Row(Code(name), XmlDocs.Member(typeof(Losses), name), Number(golden));
        }
    }

    /// <summary>Notes a zero with its reason; a reason that is told must be needed.</summary>
    void Zero(string name, string column, int count, string? told, string? known)
    {
        if (count > 0 && told is not null)
        {
            _faults.Add($"{name} has {count} {column}, and a reason for none: {told}.");
        }
        else if (count == 0 && (told ?? known) is not { } reason)
        {
            _faults.Add($"{name} has no {column}, and no reason.");
        }
        else if (count == 0)
        {
            _zeros.Add($"{Code(name)}, {column}: {told ?? known}");
        }
    }

    void Section(string title) => _text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");

    void Head(params string[] columns)
    {
        Row([.. columns.Select(column => column.TrimEnd(':'))]);
        Row([.. columns.Select(column => column.EndsWith(':') ? "--:" : "---")]);
    }

    void Row(params string[] cells) => _text.Append("| ")
        .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

    static string Code(string name) => $"`{name}`";

    static string List(IEnumerable<string> names) => string.Join(", ", names);

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
