using System.Text;
using System.Xml.Linq;
using Fovea.Graphs;

namespace Fovea.Tests.Documentation;

/// <summary>The library's XML documentation, as text.</summary>
internal static class XmlDocs
{
    static readonly Dictionary<string, XElement> Members = XDocument.Load(Path.ChangeExtension(typeof(Op).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(m => m.Attribute("name")!.Value);

    // What a table of its own columns says.
    static readonly string[] Ends =
        [" Inputs:", " Input:", " Inputs and output:", " Output:", " Outputs:", " ONNX:", " The output is like"];

    /// <summary>What a type is, up to its shapes.</summary>
    internal static string Type(Type type) => Short(Text(Members[$"T:{type.FullName}"].Element("summary")!));

    /// <summary>What a function is; of several of one name the first.</summary>
    internal static string Function(string name) => Members
        .Where(m => m.Key.StartsWith("M:Fovea.TensorFunctions.<G>$", StringComparison.Ordinal)
            && m.Key.Split('(')[0].EndsWith($".{name}", StringComparison.Ordinal) && m.Value.Element("summary") is not null)
        .OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => Short(Text(m.Value.Element("summary")!))).First();

    /// <summary>What a property or function of a type is; of several of one name the first.</summary>
    internal static string Member(Type type, string name) => Members
        .Where(m => m.Key[2..].Split('(')[0] == $"{type.FullName}.{name}" && m.Value.Element("summary") is not null)
        .OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => Short(Text(m.Value.Element("summary")!))).First();

    static string Short(string text)
    {
        foreach (var end in Ends)
        {
            var at = text.IndexOf(end, StringComparison.Ordinal);
            text = at > 0 ? text[..at] : text;
        }

        return text.TrimEnd();
    }

    static string Text(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('(')[0].Split('.')[^1] ?? see.Value,
                XElement { Name.LocalName: "paramref" } parameter => parameter.Attribute("name")!.Value,
                XElement inner => Text(inner),
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
