using Fovea.Cpu.Parallel;
using Fovea.Graphs;
using Fovea.Passes;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A function of tensors as one plan over buffers of its own: what checks run again and again with other numbers.</summary>
sealed class ValueFunction
{
    readonly Plan _plan;
    readonly Storage[] _inputs, _outputs;

    ValueFunction(Plan plan, IReadOnlyList<TensorType> inputs)
    {
        _plan = plan;
        _inputs = [.. inputs.Select(t => Storage.Create(t.Element, t.Shape.ToDims().Product(), pinned: true, clear: true))];
        _outputs = [.. plan.Outputs.Select(o => Storage.Create(o.Element, o.Count, pinned: true, clear: true))];
    }

    /// <summary>Traces the function over inputs of known sizes, and plans it.</summary>
    public static ValueFunction Of(IReadOnlyList<TensorType> inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        var graph = Simplify.Run(Trace.Run(inputs, Mode.Inference, body));
        if (GraphSpec.FirstFault(graph) is { } fault) throw new InvalidOperationException($"The graph is not legal: {fault}.");
        return new(new Lowering(graph, new SymbolSizes(), Engine.Backend, Engine.Numerics).Run(), inputs);
    }

    /// <summary>The elements of an input, to be written.</summary>
    public Span<T> Input<T>(int index) where T : unmanaged => _inputs[index].AsSpan<T>();

    /// <summary>The only element of an output, after a run.</summary>
    public double Scalar(int output) => _outputs[output].Element == ElementType.Float64
        ? _outputs[output].AsSpan<double>()[0] : _outputs[output].AsSpan<float>()[0];

    /// <summary>Writes every input.</summary>
    public void Set(IReadOnlyList<SampleValue> inputs)
    {
        for (int i = 0; i < inputs.Count; i++) inputs[i].Bytes.CopyTo(_inputs[i].Bytes);
    }

    /// <summary>Runs over what the inputs hold now; on so many threads, or, for 0, as the engine would.</summary>
    public void Run(int threads = 0)
    {
        int workers = threads == 0 ? Engine.WorkersFor(_plan) : threads;
        var run = _plan.Start(workers);
        try
        {
            for (int i = 0; i < _inputs.Length; i++) run.Inputs[i] = _inputs[i].Address;
            for (int i = 0; i < _outputs.Length; i++) run.Outputs[i] = _outputs[i].Address;
            if (threads == 0)
            {
                Executable.Execute(run, workers);
                return;
            }
            run.Resolve();
            WorkerPool.RunOn(run, threads);
        }
        finally
        {
            _plan.Finish(run);
        }
    }

    /// <summary>The outputs for inputs.</summary>
    public SampleValue[] Run(IReadOnlyList<SampleValue> inputs, int threads = 0)
    {
        Set(inputs);
        Run(threads);
        return [.. _plan.Outputs.Select((o, i) => new SampleValue(o.Element, o.Sizes, _outputs[i].Bytes.ToArray()))];
    }
}
