using System.Runtime.InteropServices;
using Fovea.Graphs;
using Fovea.Passes;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A traced graph with its plans, one for each set of bound sizes.</summary>
sealed class Executable(Graph graph)
{
    const int MaximumPlans = 32;
    readonly List<(long[] Sizes, Numerics Numerics, Plan Plan)> _plans = [];       // the most recently used last
    readonly string[] _symbols = [.. graph.Inputs.SelectMany(t => t.Shape).SelectMany(d => d.Symbols).Distinct(StringComparer.Ordinal)];

    public Graph Graph => graph;

    /// <summary>The plan for the inputs' sizes.</summary>
    public Plan PlanFor(IReadOnlyList<Tensor> inputs)
    {
        var sizes = new SymbolSizes();
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            var symbolic = graph.Inputs[i].Shape;
            for (int axis = 0; axis < symbolic.Rank; axis++)
                if (!symbolic[axis].IsKnown) sizes[symbolic[axis].Symbols.First()] = inputs[i].Shape[axis].Value;
        }
        long[] key = [.. _symbols.Select(s => sizes[s])];
        lock (_plans)
        {
            for (int i = _plans.Count - 1; i >= 0; i--)
            {
                var known = _plans[i];
                if (known.Numerics != Engine.Numerics || !known.Sizes.AsSpan().SequenceEqual(key)) continue;
                _plans.RemoveAt(i);
                _plans.Add(known);
                return known.Plan;
            }
            graph.Constraints.Check(sizes);
            var plan = new Lowering(graph, sizes, Engine.Backend, Engine.Numerics).Run();
            if (_plans.Count == MaximumPlans) _plans.RemoveAt(0);
            _plans.Add((key, Engine.Numerics, plan));
            return plan;
        }
    }

    public Tensor[] Run(IReadOnlyList<Tensor> inputs)
    {
        var plan = PlanFor(inputs);
        var pins = new GCHandle[inputs.Count + plan.Outputs.Length];
        var outputs = new Tensor[plan.Outputs.Length];
        int workers = Engine.WorkersFor(plan);
        var run = plan.Start(workers);
        try
        {
            for (int i = 0; i < inputs.Count; i++) run.Inputs[i] = inputs[i].Storage!.Pin(out pins[i]);
            for (int i = 0; i < outputs.Length; i++)
            {
                var storage = Storage.Create(plan.Outputs[i].Element, plan.Outputs[i].Count);
                outputs[i] = new(new TensorType(plan.Outputs[i].Element, plan.Outputs[i].Sizes), storage);
                run.Outputs[i] = storage.Pin(out pins[inputs.Count + i]);
            }
            Execute(run, workers);
        }
        finally
        {
            foreach (var pin in pins)
                if (pin.IsAllocated) pin.Free();
            plan.Finish(run);
        }
        return outputs;
    }

    public BoundExecutable Bind(IReadOnlyList<Tensor> examples) => new(PlanFor(examples), examples);

    /// <summary>Takes the variables' locks in their order, runs, and gives the locks back. Allocates nothing.</summary>
    internal static void Execute(PlanRun run, int workers)
    {
        var variables = run.Plan.Variables;
        int locked = 0;
        bool started = false, whole = false;
        try
        {
            for (; locked < variables.Length; locked++)
            {
                ref readonly var entry = ref variables[locked];
                var storage = entry.Written ? entry.Variable.BeginWrite() : entry.Variable.BeginRead();
                run.Variables[locked] = storage.Address;
            }
            run.Resolve();
            started = true;
            Engine.Backend.Execute(run, workers);
            whole = true;
        }
        finally
        {
            // A call that could not take its locks wrote nothing.
            for (int i = 0; i < locked; i++)
            {
                ref readonly var entry = ref variables[i];
                if (entry.Written) entry.Variable.EndWrite(written: whole || started && entry.InPlace, whole);
                else entry.Variable.EndRead();
            }
        }
    }
}

/// <summary>A plan with input and output buffers of its own.</summary>
sealed class BoundExecutable
{
    readonly Plan _plan;

    public BoundExecutable(Plan plan, IReadOnlyList<Tensor> examples)
    {
        _plan = plan;
        Inputs = [.. examples.Select(e => new Tensor(e.Type, e.Storage!.Clone(pinned: true, reused: true)) { IsBuffer = true })];
        Outputs = [.. plan.Outputs.Select(o => new Tensor(new TensorType(o.Element, o.Sizes),
            Storage.Create(o.Element, o.Count, pinned: true, clear: true, reused: true)))];
    }

    public Tensor[] Inputs { get; }

    public Tensor[] Outputs { get; }

    public void Run()
    {
        if (Trace.Current is not null)
            throw new InvalidOperationException("A bound call runs outside traces; inside one, use Function.Run.");
        int workers = Engine.WorkersFor(_plan);
        var run = _plan.Start(workers);
        try
        {
            for (int i = 0; i < Inputs.Length; i++) run.Inputs[i] = Inputs[i].Storage!.Address;
            for (int i = 0; i < Outputs.Length; i++) run.Outputs[i] = Outputs[i].Storage!.Address;
            Executable.Execute(run, workers);
        }
        finally
        {
            _plan.Finish(run);
        }
    }
}
