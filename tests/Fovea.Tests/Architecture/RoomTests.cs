using System.Xml.Linq;
using Xunit;

namespace Fovea.Tests.Architecture;

public sealed class RoomTests
{
    // The libraries and programs above the core, from the ground up, and the projects that each may reference.
    static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Fovea"] = [],
        ["Fovea.Vision"] = ["Fovea"],
        ["Fovea.Reports"] = ["Fovea", "Fovea.Vision"],
        ["Fovea.Onnx"] = ["Fovea"],
        ["Fovea.Extensions.DependencyInjection"] = ["Fovea", "Fovea.Vision"],
        ["Fovea.Learn"] = ["Fovea", "Fovea.Vision", "Fovea.Reports"],
        ["Fovea.Cli"] =
        [
            "Fovea", "Fovea.Vision", "Fovea.Reports", "Fovea.Onnx", "Fovea.Extensions.DependencyInjection", "Fovea.Learn",
        ],
    };

    // A use is upward only if no file of the target that the code could mean is in a room it may use.
    static IEnumerable<Use> Upward(AssemblyScan scan) => scan.Uses.Where(use =>
        !use.TargetFiles.IsEmpty
        && !use.Files.Any(from => use.TargetFiles.Any(to =>
            Rooms.Of(from) is { } room && Rooms.Of(to) is { } target && Rooms.May(room, target))));

    [Fact]
    public void Rooms_use_only_rooms_below_them()
    {
        using var scan = Assemblies.Core();

        Findings.None("A room uses one that it may not:",
            Upward(scan).Select(use => $"{use} ({string.Join(" | ", use.TargetFiles)})"));
    }

    [Fact]
    public void Every_source_file_of_the_core_stands_in_a_room() =>
        Findings.None("A new folder needs its place in Rooms.cs:",
            Repository.Files(["src/Fovea"], ".cs").Where(file => Rooms.Of(file) is null));

    [Fact]
    public void The_scan_sees_what_the_code_uses()
    {
        using var scan = Assemblies.Core();

        Assert.Contains(scan.Types, type =>
            type.Name == "Fovea.Errors.FoveaException" && type.Files.Contains("src/Fovea/Errors/FoveaException.cs"));
        Assert.Contains(scan.Uses, use => use.Target == "Fovea.Errors.FoveaException::.ctor" && use.Line > 0);
        Assert.Contains(scan.Uses, use => use.Target.StartsWith("System.Exception::.ctor/", StringComparison.Ordinal));
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        using var scan = Assemblies.Core();

        // Everyday types are in Fovea wherever their file lies; any other type in the namespace of its folder or of one above.
        var astray = from type in scan.Types
                     where type.Namespace.StartsWith("Fovea", StringComparison.Ordinal)
                     where !type.Files.All(file => FolderAsNamespace(file).StartsWith(type.Namespace + ".", StringComparison.Ordinal))
                     select $"{type.Name} in {string.Join(", ", type.Files)}";

        Findings.None("A namespace is neither Fovea nor that of the folder:", astray);
    }

    // src/Fovea/Ops/Geometry/Padding.cs becomes Fovea.Ops.Geometry. with a closing dot, so that Fovea.Op is not above it.
    // The networks of the zoo are modules: the class Fovea.Zoo leaves no such namespace.
    static string FolderAsNamespace(string file) => file.StartsWith("src/Fovea/Zoo/", StringComparison.Ordinal)
        ? "Fovea.Modules."
        : file["src/".Length..(file.LastIndexOf('/') + 1)].Replace('/', '.');

    [Fact]
    public void Projects_reference_only_projects_below_them()
    {
        var upward = from file in Repository.Files(["src"], ".csproj")
                     let name = Path.GetFileNameWithoutExtension(file)
                     from reference in XDocument.Parse(Repository.Read(file)).Descendants("ProjectReference")
                     let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
                     where !Projects.TryGetValue(name, out var allowed) || !allowed.Contains(target)
                     select $"{name} -> {target}";

        Findings.None("A project references one that it may not:", upward);
    }
}
