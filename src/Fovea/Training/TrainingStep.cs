using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Training;

/// <summary>What goes into a training step: images and labels of each shard, the learning rate, and the step's number, int64.</summary>
readonly record struct StepInput(Tensor[] Images, Tensor[] Labels, Tensor LearningRate, Tensor Step) : ITensors<StepInput>
{
    public StepInput Map(TensorMap map) => new(map.Next(Images), map.Next(Labels), map.Next(LearningRate), map.Next(Step));
}

/// <summary>What comes out: three float32 scalars.</summary>
readonly record struct StepOutput(Tensor Loss, Tensor Correct, Tensor GradientNorm) : ITensors<StepOutput>
{
    public StepOutput Map(TensorMap map) => new(map.Next(Loss), map.Next(Correct), map.Next(GradientNorm));
}

/// <summary>What a step came to.</summary>
/// <param name="Loss">The mean loss of the batch.</param>
/// <param name="Correct">How many samples were classified rightly.</param>
/// <param name="GradientNorm">The global norm of all gradients, before clipping.</param>
readonly record struct StepResult(float Loss, int Correct, float GradientNorm)
{
    public bool IsFinite => float.IsFinite(Loss) && float.IsFinite(GradientNorm);
}

/// <summary>
/// One training step as one compiled function: forward, loss, gradients, their tree over the shards, clipping, finite check, update.
/// Calls are bound, one for each batch size: in steady state a step allocates nothing.
/// </summary>
sealed class TrainingStep
{
    // As torch.nn.utils.clip_grad_norm_ has it.
    const double NormEpsilon = 1e-6;

    readonly Function<StepInput, StepOutput> _function;
    readonly Dictionary<int, BoundCall<StepInput, StepOutput>> _calls = [];
    readonly Module _model;
    readonly Dims _inputShape;
    readonly int _classes, _shards;
    readonly ulong _seed;
    readonly Loss _loss;
    readonly Optimizer _optimizer;
    readonly double? _clipNorm;
    readonly Variable[] _parameters;

    public TrainingStep(Module model, Dataset data, TrainingOptions options, Optimizer optimizer)
    {
        _model = model;
        _inputShape = data.InputShape;
        _classes = data.Classes.Count;
        _shards = options.Shards;
        _seed = options.Seed;
        _loss = options.Loss;
        _optimizer = optimizer;
        _clipNorm = options.ClipNorm;
        _parameters = [.. model.Parameters.Where(p => !p.IsFrozen)];
        if (_parameters.Length == 0) throw new InvalidOperationException("Every parameter of the model is frozen: nothing can be trained.");
        optimizer.RequireGroupsFit(_parameters);
        _function = Function.Compile<StepInput, StepOutput>(Trace, Mode.Training);
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Variable> Parameters => _parameters;

    /// <summary>Makes the plan for a batch size ahead of the first step: what does not fit is said here.</summary>
    /// <exception cref="ShapeMismatchException">Model, data and loss do not fit; the message has the mend.</exception>
    public void Prepare(int count) => CallFor(count);

    /// <summary>Runs the step on a batch.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="learningRate">What is written into the optimizer's learning rate.</param>
    /// <param name="step">The number of the step in the run: with the sample's place in the batch, the key of random numbers.</param>
    public StepResult Run(Batch batch, double learningRate, long step)
    {
        var call = CallFor(batch.Count);
        int imageSize = (int)_inputShape.Product(), start = 0;
        for (int g = 0; g < call.Input.Images.Length; g++)
        {
            var labels = call.Input.Labels[g].Buffer<long>();
            batch.Images.Slice(start * imageSize, labels.Length * imageSize).CopyTo(call.Input.Images[g].Buffer<float>());
            for (int i = 0; i < labels.Length; i++) labels[i] = batch.Labels[start + i];
            start += labels.Length;
        }
        call.Input.LearningRate.Buffer<float>()[0] = (float)learningRate;
        call.Input.Step.Buffer<long>()[0] = step;
        call.Run();
        return new(call.Output.Loss.Item(), (int)call.Output.Correct.Item(), call.Output.GradientNorm.Item());
    }

    /// <summary>The first sample of a shard: they differ by one sample at most; a batch of fewer samples has fewer shards.</summary>
    public static int ShardStart(int shard, int shards, int count) => (int)((long)count * shard / shards);

    BoundCall<StepInput, StepOutput> CallFor(int count)
    {
        if (_calls.TryGetValue(count, out var call)) return call;
        int shards = Math.Min(_shards, count);
        var images = new Tensor[shards];
        var labels = new Tensor[shards];
        for (int g = 0; g < shards; g++)
        {
            int size = ShardStart(g + 1, shards, count) - ShardStart(g, shards, count);
            images[g] = Zeros(TensorType.Float(Shape.Concat([size], _inputShape)));
            labels[g] = Zeros(new(ElementType.Int64, [size]));
        }
        return _calls[count] = _function.Bind(new(images, labels, Tensor.Constant(0), Tensor.Constant(0, ElementType.Int64)));
    }

    StepOutput Trace(StepInput input)
    {
        int shards = input.Images.Length;
        var losses = new Tensor[shards];
        var correct = new Tensor[shards];
        var gradients = new IReadOnlyList<Tensor>[shards];
        Dim total = 0, start = 0;
        foreach (var labels in input.Labels) total += labels.Shape[0];
        for (int g = 0; g < shards; g++)
        {
            var (images, labels) = (input.Images[g], input.Labels[g]);
            // The place in the batch is the sample's index: a batch draws the same however it is cut.
            Randomness.Use(Tensor.Stack(0, input.Step, ((Scalar)start).ToTensor(ElementType.Int64)), _seed);
            start += labels.Shape[0];
            var prediction = Predict(_model, images, _classes);
            var loss = Mean(_loss(prediction, labels), prediction, labels);
            losses[g] = shards == 1 ? loss : loss * (Number(images.Shape[0], loss) / Number(total, loss));
            correct[g] = prediction.ArgMax(1).EqualTo(labels).Cast(ElementType.Float32).Sum();
            gradients[g] = Gradients.Of(losses[g], _parameters);
        }
        var joined = new Tensor[_parameters.Length];
        for (int i = 0; i < joined.Length; i++) joined[i] = Tree([.. gradients.Select(g => g[i])]);
        var mean = Tree(losses);
        var norm = Norm(joined);

        // 0 where loss and norm are finite, NaN elsewhere: the optimizer makes no step by such a scale, so what diverged can be looked at.
        var unbroken = (mean + norm) * 0;
        var scale = _clipNorm is { } limit ? (limit / (norm + NormEpsilon)).Minimum(Tensor.Constant(1)) + unbroken : 1 + unbroken;
        _optimizer.LearningRate.Assign(input.LearningRate);
        _optimizer.Update(_parameters, joined, scale);
        return new(mean, Tree(correct), norm);
    }

    /// <summary>The model's output, N × classes.</summary>
    /// <exception cref="ShapeMismatchException">It has another shape; the message has the mend.</exception>
    public static Tensor Predict(Module model, Tensor images, int classes)
    {
        var prediction = model.Forward(images);
        if (prediction.Rank != 2 || prediction.Shape[0] != images.Shape[0] || !prediction.Shape[1].IsKnown)
            throw new ShapeMismatchException($"A classifier gives N x classes; this model gives {prediction.Shape} for {images.Shape}: "
                + $"end it with new Flatten() and new Linear({classes}).");
        if (prediction.Shape[1].Value < classes)
            throw new ShapeMismatchException(
                $"The model gives {prediction.Shape[1]} classes; the data set has {classes}: end it with new Linear({classes}).");
        return prediction;
    }

    /// <summary>One loss a sample: further axes are averaged, one for the batch is each sample's.</summary>
    /// <exception cref="ShapeMismatchException">The loss gave another shape.</exception>
    public static Tensor PerSample(Tensor loss, Tensor prediction, Tensor labels)
    {
        CheckLoss(loss, prediction, labels);
        if (loss.Rank == 0) return loss.BroadcastTo([prediction.Shape[0]]);
        return loss.Rank == 1 ? loss : loss.Mean([.. Enumerable.Range(1, loss.Rank - 1)]);
    }

    static Tensor Mean(Tensor loss, Tensor prediction, Tensor labels)
    {
        CheckLoss(loss, prediction, labels);
        return loss.Rank == 0 ? loss : loss.Reduced();
    }

    // While tracing, images and labels count samples by a symbol each: which of the two a loss has depends on how it is written.
    static void CheckLoss(Tensor loss, Tensor prediction, Tensor labels)
    {
        bool fits = loss.Rank == 0 || loss.Shape[0] == prediction.Shape[0] || loss.Shape[0] == labels.Shape[0];
        if (!fits || !loss.ElementType.IsFloating())
            throw new ShapeMismatchException(
                $"A loss gives one number for each sample of {prediction.Shape}, or one for all; this one gives {loss.Type}.");
    }

    /// <summary>The sum in a binary tree by index: neighbours join, then neighbours of those.</summary>
    internal static Tensor Tree(ReadOnlySpan<Tensor> terms)
    {
        if (terms.Length == 1) return terms[0];
        int half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)terms.Length) / 2;
        return Tree(terms[..half]) + Tree(terms[half..]);
    }

    static Tensor Number(Dim size, Tensor like) => ((Scalar)size).ToTensor(like.ElementType);

    static Tensor Norm(IReadOnlyList<Tensor> gradients)
    {
        Tensor? sum = null;
        foreach (var gradient in gradients)
        {
            // A gradient of rows has zeros elsewhere: they need not be there to be left out of the sum.
            var square = (RowGradient.Of(gradient)?.Rows ?? gradient).Square().Sum().Cast(ElementType.Float32);
            sum = sum is null ? square : sum + square;
        }
        return sum!.Sqrt();
    }

    /// <summary>What a bound call's input is made of.</summary>
    public static Tensor Zeros(TensorType type) => new(type, Storage.Create(type.Element, type.Shape.Count.Value, clear: true));
}
