using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Fovea.Graphs;
using Fovea.Ops;
using Xunit;

namespace Fovea.Tests.Mutations;

/// <summary>
/// What runs in a process of its own, beside the Fovea that holds the mutants: first every trial with none of them on, which says what
/// reaches which; then every mutant, from its shortest trial to its longest, until one fails. A mutant may crash or hang: the process
/// that started this one reads the log, and goes on behind it.
/// </summary>
[Trait("Category", "Long")]
public sealed class MutationWorker
{
    internal const string FolderVariable = "FOVEA_MUTATION_FOLDER";

    /// <summary>The longest that all trials of one mutant may take together.</summary>
    const double MostSeconds = 60;

    [Fact]
    public void Mutants_are_tried()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{FolderVariable} is not set: MutationTests run this");
        new Worker(folder!).Run();
    }

    sealed class Worker(string folder)
    {
        readonly Type _switch = typeof(Op).Assembly.GetType("Fovea.Mutant", throwOnError: true)!;
        readonly string _log = Path.Combine(folder, "log");

        public void Run()
        {
            var plan = File.ReadAllLines(Path.Combine(folder, "plan"));
            var operators = plan[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int[] mutants = [.. plan[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            var seen = File.Exists(_log) ? File.ReadAllLines(_log).Select(line => line.Split('\t')[0]).ToHashSet() : [];
            var trials = Trials(operators).ToArray();
            var reached = Reached(trials, mutants.Length == 0 ? 0 : mutants.Max() + 1);
            foreach (var mutant in mutants.Where(m => !seen.Contains(Text(m))))
            {
                Log(mutant, "begun");
                Log(mutant, Try(mutant, reached));
            }
        }

        static IEnumerable<Trial> Trials(string[] operators) =>
        [
            .. OpCatalog.All.Where(op => operators.Length == 0 || operators.Contains(op.Name))
                .SelectMany(op => Trial.Samples(op).Append(Trial.Refusals(op))),
            .. Trial.Golden(), .. Trial.Onnx(), .. Trial.Tests("Fovea.Tests.Ops"), .. Trial.Tests("Fovea.Tests.Modules"),
            .. Trial.Tests("Fovea.Tests.Cpu", "VectorKernelTests"),
        ];

        // Twice: the first run pays for the compiler. What fails with no mutant on is a fault of the switches, or was skipped.
        List<(Trial Trial, double Seconds, bool[] Reached)> Reached(Trial[] trials, int count)
        {
            var list = new List<(Trial, double, bool[])>();
            foreach (var trial in trials)
            {
                bool[] reached = new bool[count];
                Set("Reached", reached);
                var fault = Fault(trial);
                Set("Reached", Array.Empty<bool>());
                if (fault is null && reached.Contains(true))
                {
                    var watch = Stopwatch.StartNew();
                    fault = Fault(trial);
                    list.Add((trial, watch.Elapsed.TotalSeconds, reached));
                }

                if (fault is not null)
                {
                    File.AppendAllText(Path.Combine(folder, "faults"), $"{trial.Name}\t{fault.Replace('\n', ' ')}\n");
                }
            }

            return list;
        }

        string Try(int mutant, List<(Trial Trial, double Seconds, bool[] Reached)> trials)
        {
            var candidates = trials.Where(t => t.Reached[mutant]).OrderBy(t => t.Seconds).ToArray();
            if (candidates.Length == 0)
            {
                return "unreached";
            }

            Set("Active", mutant);
            try
            {
                var watch = Stopwatch.StartNew();
                foreach (var candidate in candidates)
                {
                    if (Fault(candidate.Trial) is { } fault)
                    {
                        return $"killed\t{candidate.Trial.Name}\t{fault.Replace('\n', ' ').Replace('\t', ' ')}";
                    }

                    if (watch.Elapsed.TotalSeconds > MostSeconds)
                    {
                        break;
                    }
                }

                return $"survived\t{candidates.Length} trials";
            }
            finally
            {
                Set("Active", -1);
            }
        }

        static string? Fault(Trial trial)
        {
            try
            {
                trial.Run();
                return null;
            }
            catch (Exception e) when (!e.GetType().Name.Contains("Skip", StringComparison.Ordinal))
            {
                return $"{e.GetType().Name}: {e.Message}";
            }
            catch (Exception)
            {
                return null;
            }
        }

        void Set(string field, object value) => _switch.GetField(field, BindingFlags.Public | BindingFlags.Static)!.SetValue(null, value);

        void Log(int mutant, string what) => File.AppendAllText(_log, $"{Text(mutant)}\t{what}\n");

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
