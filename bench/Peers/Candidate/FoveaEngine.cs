using Fovea;
using Peers.Training;

namespace Peers.Candidate;

/// <summary>Fovea, as its users use it: modules, one compiled function for the whole step, a bound call.</summary>
internal sealed class FoveaEngine : ITrainingEngine
{
    public string Name => "Fovea";

    public string Version => $"{Name} {typeof(Tensor).Assembly.GetName().Version?.ToString(3)}, {Engine.Numerics} numerics";

    public void SetThreads(int threads) => Engine.Threads = threads;

    public ITrainingTask Create(TrainingNetwork network, int seed) => new FoveaTask(network, (ulong)seed);

    private sealed class FoveaTask : ITrainingTask
    {
        private readonly Dictionary<string, Variable> _parameters;
        private readonly BoundCall<(Tensor Images, Tensor Labels), Tensor> _step;

        public FoveaTask(TrainingNetwork network, ulong seed)
        {
            var input = new Shape([.. network.Input.Select(size => (Dim)size)]);
            var model = FoveaNetworks.Create(network.Name, input);
            model.Build(input, seed);
            _parameters = model.Parameters.ToDictionary(p => p.Name);
            Parameters = [.. model.Parameters.Select(p => new ParameterShape(p.Name, Sizes(p)))];

            var adam = new Adam(TrainingNetwork.LearningRate);
            var step = Function.Compile((Tensor images, Tensor labels) =>
            {
                var loss = model.Forward(images).CrossEntropy(labels);
                adam.Update(model.Parameters, Gradients.Of(loss, model.Parameters));
                return loss;
            }, Mode.Training);

            var pixels = network.Batch * (int)network.Input.Aggregate((a, b) => a * b);
            _step = step.Bind(
                Tensor.From(new float[pixels], Shape.Concat([network.Batch], input)),
                Tensor.From(new long[network.Batch], [network.Batch]));
        }

        public IReadOnlyList<ParameterShape> Parameters { get; }

        public void SetParameter(string path, float[] values) => _parameters[path].Set<float>(values);

        public float[] GetParameter(string path) => _parameters[path].ToArray();

        public float Step(float[] images, long[] labels)
        {
            images.CopyTo(_step.Input.Images.Buffer<float>());
            labels.CopyTo(_step.Input.Labels.Buffer<long>());
            _step.Run();
            return _step.Output.Item();
        }

        public void Dispose()
        {
            // Nothing to give back: Fovea's memory belongs to the collector and to the pool of arenas.
        }

        private static long[] Sizes(Variable variable)
        {
            var sizes = new long[variable.Shape.Rank];
            for (var axis = 0; axis < sizes.Length; axis++) sizes[axis] = (int)variable.Shape[axis];
            return sizes;
        }
    }
}
