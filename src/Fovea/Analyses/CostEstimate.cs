using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Passes;
using Fovea.Tensors;

namespace Fovea;

/// <summary>What running a model costs, known before it runs.</summary>
/// <param name="Batch">Inputs at a time.</param>
/// <param name="MultiplyAdds">Multiply-adds.</param>
/// <param name="BytesMoved">Bytes that the operators read and write, each counted as if nothing stayed in a cache.</param>
/// <param name="WorkingBytes">Bytes of the plan's arena and its scratch: every intermediate value, packed by lifetime.</param>
/// <param name="WeightBytes">Bytes of weights and state; in training of the gradients' and the optimizer's too.</param>
/// <param name="DataBytes">Bytes of the inputs and outputs.</param>
public sealed record RunCost(int Batch, long MultiplyAdds, long BytesMoved, long WorkingBytes, long WeightBytes, long DataBytes)
{
    /// <summary>The most memory that is held at once.</summary>
    public long PeakBytes => WorkingBytes + WeightBytes + DataBytes;
}

public static partial class Analysis
{
    /// <summary>Multiply-adds, traffic and peak memory of predicting a batch. Nothing is run.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="batch">Inputs at a time.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape the model was built for.</param>
    public static RunCost InferenceCost(Module model, int batch = 1, Shape? inputShape = null) =>
        new PlannedRun(model, inputShape, training: false).At(batch);

    /// <summary>
    /// Multiply-adds, traffic and peak memory of a training step: forward, gradients of every trainable parameter, an Adam update.
    /// Nothing is run.
    /// </summary>
    /// <inheritdoc cref="InferenceCost(Module, int, Shape?)"/>
    public static RunCost TrainingCost(Module model, int batch, Shape? inputShape = null) =>
        new PlannedRun(model, inputShape, training: true).At(batch);

    /// <summary>The largest batch that a memory holds; 0 where not even one input fits.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="bytes">The memory.</param>
    /// <param name="training">For a training step, or for predicting.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape the model was built for.</param>
    public static int LargestBatch(Module model, long bytes, bool training, Shape? inputShape = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        const int most = 1 << 20;
        var run = new PlannedRun(model, inputShape, training);
        if (!Fits(1)) return 0;
        int fits = 1, not = 2;
        while (not <= most && Fits(not)) (fits, not) = (not, not * 2);
        while (not - fits > 1)
        {
            int middle = fits + (not - fits) / 2;
            if (Fits(middle)) fits = middle;
            else not = middle;
        }
        return fits;

        bool Fits(int batch)
        {
            try
            {
                return run.At(batch).PeakBytes <= bytes;
            }
            catch (OverflowException)
            {
                return false;                       // more elements than a tensor holds
            }
        }
    }

    /// <summary>A model's forward pass or training step, planned for any batch.</summary>
    sealed class PlannedRun
    {
        readonly Executable _executable;
        readonly Shape _shape;
        readonly ElementType _element;
        readonly long _weightBytes;

        public PlannedRun(Module model, Shape? inputShape, bool training)
        {
            ArgumentNullException.ThrowIfNull(model);
            var variables = model.Variables;
            _shape = inputShape ?? model.InputShape!;
            _element = model.InputElement;
            TensorType input = new(_element, Shape.Concat([Dim.Symbol("N")], _shape));
            var mode = training ? Mode.Training : Mode.Inference;
            _executable = new(Simplify.Run(Trace.Run([input], mode, x => [training ? Step(model, x[0]) : model.Forward(x[0])])));
            long trained = variables.Where(v => v.IsTracked).Sum(v => v.Count);
            // Adam keeps two moments a parameter; gradients live in the arena.
            _weightBytes = sizeof(float) * (variables.Sum(v => v.Count) + (training ? 2 * trained : 0));
        }

        public RunCost At(int batch)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
            var sizes = new SymbolSizes { ["N"] = batch };
            long multiplyAdds = 0, moved = 0;
            foreach (var node in _executable.Graph.Nodes())
            {
                var cost = node.Op.Cost(Inputs.Of(node.Op, [.. node.Inputs.Select(i => i.Type)]), [.. node.Outputs.Select(o => o.Type)]);
                multiplyAdds += cost.MultiplyAdds.Bind(sizes);
                if (!node.Op.Reinterprets) moved += (cost.BytesRead + cost.BytesWritten).Bind(sizes);
            }
            var plan = _executable.PlanFor([Tensor.Filled(Shape.Concat([batch], _shape), 0, _element)]);
            long data = batch * _shape.Count.Value * _element.Size() + plan.Outputs.Sum(o => o.Count * o.Element.Size());
            return new(batch, multiplyAdds, moved, plan.ArenaBytes + plan.WalkerScratch * Engine.Threads, _weightBytes, data);
        }

        static Tensor Step(Module model, Tensor x)
        {
            var parameters = model.Parameters.Where(p => !p.IsFrozen).ToArray();
            var loss = model.Forward(x).Square().Mean();
            new Adam().Update(parameters, Gradients.Of(loss, parameters));
            return loss;
        }
    }
}
