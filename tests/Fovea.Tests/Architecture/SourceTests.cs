using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Fovea.Tests.Architecture;

public sealed partial class SourceTests(ITestOutputHelper output)
{
    const int MaximumLines = 500;
    const int MaximumKernelLines = 700;
    const int MaximumColumns = 140;

    // Kernels whose register blocking is one piece and would be harder to read in two files.
    static readonly string[] LongKernels = [];

    // Where raw memory may be touched.
    static readonly string[] UnsafeHomes = ["src/Fovea/Cpu/", "src/Fovea/Tensors/Storage", "src/Fovea/Runtime/Arena", "src/Fovea/Native/"];

    static readonly string[] Everywhere = ["src", "tests", "bench", "samples"];

    [Fact]
    public void Files_are_at_most_500_lines()
    {
        output.WriteLine($"may reach {MaximumKernelLines} lines: {(LongKernels.Length == 0 ? "none" : string.Join(", ", LongKernels))}");

        Findings.None("A file is too long: is it one thing, or several?",
            from file in Repository.Files(Everywhere, ".cs")
            let lines = File.ReadLines(Repository.PathOf(file)).Count()
            where lines > (LongKernels.Contains(file) ? MaximumKernelLines : MaximumLines)
            select $"{file}: {lines} lines");
    }

    [Fact]
    public void Files_that_may_be_longer_are_kernels_and_need_to_be() =>
        Assert.All(LongKernels, file =>
        {
            Assert.StartsWith("src/Fovea/Cpu/Kernels/", file);
            Assert.True(File.ReadLines(Repository.PathOf(file)).Count() > MaximumLines, $"{file} no longer needs its place in the list.");
        });

    [Fact]
    public void Lines_are_at_most_140_columns() =>
        Findings.None("A line is too wide:",
            from file in Repository.Files(Everywhere, ".cs")
            from line in File.ReadLines(Repository.PathOf(file)).Select((text, index) => (text.Length, Number: index + 1))
            where line.Length > MaximumColumns
            select $"{file}:{line.Number}: {line.Length} columns");

    [Fact]
    public void Raw_memory_is_touched_only_where_it_is_at_home() =>
        Findings.None("`unsafe` outside its homes:",
            from file in Repository.Files(["src"], ".cs")
            where !UnsafeHomes.Any(home => file.StartsWith(home, StringComparison.Ordinal))
            from line in Repository.CodeOnly(Repository.Read(file)).Split('\n').Select((text, index) => (text, Number: index + 1))
            where UnsafeKeyword().IsMatch(line.text)
            select $"{file}:{line.Number}: {line.text.Trim()}");

    [Fact]
    public void No_work_is_left_undone_in_the_source()
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];

        Findings.None("Unfinished work:",
            from file in Repository.Files([.. Everywhere, "docs"], ".cs", ".md", ".py", ".csproj")
            from line in File.ReadLines(Repository.PathOf(file)).Select((text, index) => (text, Number: index + 1))
            where marks.Any(mark => line.text.Contains(mark, StringComparison.Ordinal))
            select $"{file}:{line.Number}: {line.text.Trim()}");
    }

    [Fact]
    public void Public_fields_cannot_be_written() =>
        Findings.None("A public field can be written:",
            from type in typeof(Errors.FoveaException).Assembly.GetExportedTypes()
            where !type.IsEnum
            from field in type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !field.IsInitOnly && !field.IsLiteral
            select $"{type.FullName}.{field.Name}");

    [Theory]
    [InlineData("var a = 1; // unsafe", "var a = 1; ")]
    [InlineData("var a = \"unsafe // \"; b", "var a = \"\"; b")]
    [InlineData("var a = '\"'; unsafe /* x\ny */ c", "var a = \"\"; unsafe \n c")]
    [InlineData("var a = @\"un\"\"safe\"; c", "var a = \"\"; c")]
    [InlineData("var a = \"\"\"\nunsafe\"\n\"\"\"; c", "var a = \"\n\n\"; c")]
    public void Literals_and_comments_are_no_code(string source, string code) => Assert.Equal(code, Repository.CodeOnly(source));

    [GeneratedRegex(@"\b(unsafe|fixed\s*\(|stackalloc\s+\w+\s*\*)")]
    private static partial Regex UnsafeKeyword();
}
