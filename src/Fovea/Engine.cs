using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Passes;
using Fovea.Runtime;
using Fovea.Tensors;
using Microsoft.Extensions.Logging;

namespace Fovea;

/// <summary>Chooses the back end, and computes lazy tensors when somebody reads them.</summary>
public static partial class Engine
{
    /// <summary>The most threads that one run uses, the calling one included. Results do not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1.</exception>
    public static int Threads
    {
        get => CpuBackend.Instance.MaxWorkers;
        set => CpuBackend.Instance.MaxWorkers = value;
    }

    /// <summary>
    /// Whether algorithms that round differently (Winograd) are allowed. Plans made before keep what they were made with.
    /// </summary>
    public static Numerics Numerics { get; set; } = Numerics.Fast;

    /// <summary>Where the engine's own warnings go; null for nowhere.</summary>
    public static ILogger? Logger { get; set; }

    internal static IBackend Backend => CpuBackend.Instance;

    // A library module initialiser is what makes `new Tensor` work before anything of the engine was touched.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Register() => Evaluation.Evaluator = new Evaluator();
#pragma warning restore CA2255

    // A loop that carries a trainable-dependent value without StopGradient keeps every turn of it.
    const int LargeKeptGraph = 10_000;
    static int _warned;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message =
        "A value that depends on trainable variables keeps a graph of {Nodes} nodes behind it. "
        + "A loop that carries a value from turn to turn calls StopGradient().")]
    static partial void WarnOfKeptGraph(ILogger logger, int nodes);

    sealed class Evaluator : IEvaluator
    {
        public void Evaluate(ReadOnlySpan<Tensor> targets)
        {
            var wanted = new List<Tensor>();
            foreach (var target in targets)
                if (!target.IsEvaluated && !wanted.Contains(target)) wanted.Add(target);
            if (wanted.Count == 0) return;
            Trace.Suspend(() => Compute(wanted));
        }

        static void Compute(List<Tensor> wanted)
        {
            var order = Walk.Order(wanted, throughValues: false);
            // An interior value is kept from the second time it is computed: what is printed twice is not computed thrice.
            foreach (var node in order)
                foreach (var output in node.OutputSpan)
                    if (++output.TimesComputed > 1 && !node.Op.Reinterprets && !wanted.Contains(output)) wanted.Add(output);
            var leaves = Walk.Leaves(wanted, throughValues: false);
            var graph = Simplify.Run(new Graph(leaves, wanted, [], [], new Constraints()));
            var plan = new Lowering(graph, new SymbolSizes(), Backend, Numerics).Run();

            var inputs = new Storage[leaves.Count];
            for (int i = 0; i < inputs.Length; i++) inputs[i] = leaves[i].Storage!;
            var outputs = new Storage[wanted.Count];
            for (int i = 0; i < outputs.Length; i++) outputs[i] = Storage.Create(plan.Outputs[i].Element, plan.Outputs[i].Count);
            Run(plan, inputs, outputs);
            for (int i = 0; i < outputs.Length; i++) wanted[i].Settle(outputs[i], wanted[i].IsTracked ? VariablesBehind(wanted[i]) : []);
        }

        static List<Variable> VariablesBehind(Tensor tensor)
        {
            var variables = new HashSet<Variable>();
            if (Logger is { } logger && Volatile.Read(ref _warned) == 0)
            {
                int nodes = Walk.Order([tensor], throughValues: true).Count;
                if (nodes > LargeKeptGraph && Interlocked.Exchange(ref _warned, 1) == 0) WarnOfKeptGraph(logger, nodes);
            }
            foreach (var leaf in Walk.Leaves([tensor], throughValues: true))
                if (leaf.Source is { } source) variables.Add(source);
            return [.. variables];
        }
    }

    /// <summary>Runs a plan that has no variables over the caller's buffers, which are pinned meanwhile.</summary>
    static void Run(Plan plan, ReadOnlySpan<Storage> inputs, ReadOnlySpan<Storage> outputs)
    {
        int workers = WorkersFor(plan);
        var run = plan.Start(workers);
        var pins = new GCHandle[inputs.Length + outputs.Length];
        try
        {
            for (int i = 0; i < inputs.Length; i++) run.Inputs[i] = inputs[i].Pin(out pins[i]);
            for (int i = 0; i < outputs.Length; i++) run.Outputs[i] = outputs[i].Pin(out pins[inputs.Length + i]);
            run.Resolve();
            Backend.Execute(run, workers);
        }
        finally
        {
            foreach (var pin in pins)
                if (pin.IsAllocated) pin.Free();
            plan.Finish(run);
        }
    }

    // Waking a parked worker costs tens of microseconds.
    const double LeastParallelWork = 60_000;

    internal static int WorkersFor(Plan plan) => plan.Work < LeastParallelWork ? 1 : Backend.MaxWorkers;
}
