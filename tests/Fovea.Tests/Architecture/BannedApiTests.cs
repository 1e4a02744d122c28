using Xunit;

namespace Fovea.Tests.Architecture;

public sealed class BannedApiTests
{
    /// <summary>What must not be called, outside the files that are its home, and why.</summary>
    sealed record Ban(string Why, Func<string, bool> Member, Func<string, bool> AtHome);

    static readonly string[] Transcendental =
    [
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atan2", "Atanh", "Cbrt", "Cos", "Cosh", "Exp", "Log", "Log10", "Log2", "Pow", "Sin",
        "SinCos", "Sinh", "Tan", "Tanh",
    ];

    static readonly Ban[] Bans =
    [
        new("local time: use TimeProvider and UTC",
            member => Is(member, "System.DateTime", "get_Now", "get_Today") || Is(member, "System.DateTimeOffset", "get_Now"), Nowhere),
        new("random numbers without a seed: every number comes from a seeded stream",
            member => Is(member, "System.Random"), Nowhere),
        new("parallel loops have one home, the worker pool",
            member => Is(member, "System.Threading.Tasks.Parallel") || Is(member, "System.Linq.ParallelEnumerable"), Nowhere),
        new("threads are made in one place for compute and one for loading",
            member => Is(member, "System.Threading.Thread", ".ctor") || Is(member, "System.Threading.ThreadPool")
                || Is(member, "System.Threading.Tasks.Task", "Run") || Is(member, "System.Threading.Tasks.TaskFactory"),
            In("src/Fovea/Cpu/Parallel/", "src/Fovea/Data/", "src/Fovea/Training/")),
        new("only programs write to the console",
            member => Is(member, "System.Console"), In("src/Fovea.Cli/")),
        new("the code path of these depends on the length, so the bits would too: use Simd/ mathematics",
            member => Is(member, "System.Numerics.Tensors.TensorPrimitives") || Is(member, "System.MathF", Transcendental),
            file => !file.StartsWith("src/Fovea/Cpu/", StringComparison.Ordinal) || IsNaive(file)),
        new("estimates differ between processors",
            member => Name(member).EndsWith("Estimate", StringComparison.Ordinal), Nowhere),
    ];

    [Fact]
    public void Nothing_banned_is_called()
    {
        var found = new List<string>();
        foreach (var path in Assemblies.Paths)
        {
            using var scan = new AssemblyScan(path);
            found.AddRange(from use in scan.Uses
                           where use.TargetFiles.IsEmpty && use.Target.Contains("::", StringComparison.Ordinal)
                           from ban in Bans
                           where ban.Member(use.Target) && !use.Files.Any(ban.AtHome)
                           select $"{use}: {ban.Why}");
        }

        Findings.None("A call that has its home elsewhere, or none:", found);
    }

    // A ban that names nothing would hold forever: each must catch the call it is there for.
    [Theory]
    [InlineData("System.DateTime::get_Now/0", "src/Fovea/Data/X.cs")]
    [InlineData("System.Random::.ctor/0", "src/Fovea/Training/X.cs")]
    [InlineData("System.Threading.Tasks.Parallel::For/3", "src/Fovea/Cpu/Parallel/X.cs")]
    [InlineData("System.Threading.Tasks.Task::Run/1", "src/Fovea/Modules/X.cs")]
    [InlineData("System.Console::WriteLine/1", "src/Fovea/Training/X.cs")]
    [InlineData("System.Numerics.Tensors.TensorPrimitives::Exp/2", "src/Fovea/Cpu/Kernels/Softmax/Simd.cs")]
    [InlineData("System.MathF::Tanh/1", "src/Fovea/Cpu/Kernels/Tanh/Simd.cs")]
    [InlineData("System.MathF::ReciprocalEstimate/1", "src/Fovea/Cpu/Kernels/Norm/Naive.cs")]
    public void Every_ban_bites(string member, string file) => Assert.Contains(Bans, ban => ban.Member(member) && !ban.AtHome(file));

    [Theory]
    [InlineData("System.MathF::Sqrt/1", "src/Fovea/Cpu/Kernels/Norm/Simd.cs")]
    [InlineData("System.MathF::Exp/1", "src/Fovea/Cpu/Kernels/Exp/Naive.cs")]
    [InlineData("System.Console::WriteLine/1", "src/Fovea.Cli/Program.cs")]
    [InlineData("System.Threading.Thread::.ctor/1", "src/Fovea/Cpu/Parallel/WorkerPool.cs")]
    public void What_is_at_home_is_allowed(string member, string file) =>
        Assert.DoesNotContain(Bans, ban => ban.Member(member) && !ban.AtHome(file));

    static bool Nowhere(string file) => false;

    static Func<string, bool> In(params string[] homes) => file => homes.Any(home => file.StartsWith(home, StringComparison.Ordinal));

    static bool IsNaive(string file) => Path.GetFileName(file).StartsWith("Naive", StringComparison.Ordinal);

    static bool Is(string member, string type, params string[] names) =>
        member.StartsWith(type + "::", StringComparison.Ordinal) && (names.Length == 0 || names.Contains(Name(member)));

    static string Name(string member) => member[(member.IndexOf("::", StringComparison.Ordinal) + 2)..].Split('/')[0];
}
