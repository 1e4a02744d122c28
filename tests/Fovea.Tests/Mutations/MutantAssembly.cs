using System.Text;
using Fovea.Tests.Architecture;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fovea.Tests.Mutations;

/// <summary>Fovea, compiled with every mutant of some files behind its switch.</summary>
internal sealed class MutantAssembly
{
    const int MostPasses = 12;

    // What the compiler adds to a project by its settings, and the switch. FOVEA_MUTANT switches one on for a whole process.
    const string Additions = """
        global using System; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading;
        global using System.Threading.Tasks; global using System.Collections.Generic;
        [assembly: System.Reflection.AssemblyVersion("1.0.0.0")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Fovea.Tests")]
        namespace Fovea
        {
            public static class Mutant
            {
                public static int Active = -1;
                public static bool[] Reached = [];
                [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
                public static bool Is(int number)
                {
                    var reached = Reached;
                    if ((uint)number < (uint)reached.Length) reached[number] = true;
                    return number == Active;
                }
            }
        }
        """;

    static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    MutantAssembly(byte[] bytes, IReadOnlyList<Mutant> mutants) => (Bytes, Mutants) = (bytes, mutants);

    internal byte[] Bytes { get; }

    internal IReadOnlyList<Mutant> Mutants { get; }

    /// <summary>Compiles the sources with the mutants of the files that <paramref name="isMutated"/> names.</summary>
    internal static MutantAssembly Compile(Func<string, bool> isMutated)
    {
        var sources = Repository.Files(["src/Fovea"], ".cs").AsParallel().AsOrdered()
            .Select(file => (File: file, Tree: Generated(CSharpSyntaxTree.ParseText(Repository.Read(file), Parsing, file)))).ToArray();
        var compilation = CSharpCompilation.Create("Fovea",
            [CSharpSyntaxTree.ParseText(Additions, Parsing), .. sources.Where(s => !isMutated(s.File)).Select(s => s.Tree)],
            References(), new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable, generalDiagnosticOption: ReportDiagnostic.Suppress));
        var dropped = new HashSet<int>();
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var next = 0;
            var files = new List<MutatedFile>();
            foreach (var (file, tree) in sources.Where(s => isMutated(s.File)))
            {
                files.Add(MutationWriter.Write(file, tree, ref next, dropped));
            }

            var full = compilation.AddSyntaxTrees(files.Select(f => CSharpSyntaxTree.ParseText(f.Text, Parsing, f.File)));
            using var stream = new MemoryStream();
            var emitted = full.Emit(stream);
            if (emitted.Success)
            {
                return new(stream.ToArray(), [.. files.SelectMany(f => f.Mutants)]);
            }

            Drop([.. emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)], files, dropped);
        }

        throw new InvalidOperationException($"The mutants do not compile after {MostPasses} passes.");
    }

    // A change that the compiler refuses is no mutant: it goes, and with it the others at its place.
    static void Drop(Diagnostic[] errors, List<MutatedFile> files, HashSet<int> dropped)
    {
        foreach (var error in errors)
        {
            var span = error.Location.SourceSpan;
            var file = files.Find(f => f.File == error.Location.SourceTree?.FilePath)
                ?? throw new InvalidOperationException($"Without any mutant: {error}");
            var around = file.Switches.Where(s => s.Start <= span.Start && span.End <= s.End).ToArray();
            if (around.Length > 0)
            {
                dropped.Add(around.MinBy(s => s.End - s.Start).Number);
                continue;
            }

            // A variable that is no longer known to be assigned: the fault lies in a condition of the same member.
            var place = error.Location.SourceTree!.GetRoot().FindNode(span);
            var member = place.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();
            var logical = file.Switches.Where(s => s.IsLogical && member.FullSpan.Contains(s.Start)).ToArray();
            if (logical.Length == 0)
            {
                throw new InvalidOperationException($"No mutant explains {error}");
            }

            dropped.UnionWith(logical.Select(s => s.Number));
        }
    }

    static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Fovea", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));

    /// <summary>What source generators write: calls of the platform as external methods; log messages are left out.</summary>
    static SyntaxTree Generated(SyntaxTree tree)
    {
        var root = tree.GetCompilationUnitRoot();
        var open = root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.Modifiers.Any(SyntaxKind.PartialKeyword) && m.Body is null && m.ExpressionBody is null).ToArray();
        if (open.Length == 0)
        {
            return tree;
        }

        var text = new StringBuilder(root.ToFullString());
        foreach (var method in open.Reverse())
        {
            var import = method.AttributeLists.SelectMany(list => list.Attributes)
                .FirstOrDefault(a => a.Name.ToString() == "LibraryImport");
            var partial = method.Modifiers.Single(m => m.IsKind(SyntaxKind.PartialKeyword));
            if (import is null)
            {
                text.Remove(method.SemicolonToken.SpanStart, 1).Insert(method.SemicolonToken.SpanStart, "{ }");
                text.Remove(partial.SpanStart, partial.Span.Length);
                continue;
            }

            text.Remove(partial.SpanStart, partial.Span.Length).Insert(partial.SpanStart, "extern");
            var arguments = import.ArgumentList!.Arguments.Where(a => a.NameEquals?.Name.ToString() != "StringMarshalling");
            text.Remove(import.SpanStart, import.Span.Length).Insert(import.SpanStart,
                $"System.Runtime.InteropServices.DllImport({string.Join(", ", arguments.Select(a => a.ToString()))})");
        }

        return CSharpSyntaxTree.ParseText(text.ToString(), Parsing, tree.FilePath);
    }
}
