using Peers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Peers.Torch;

/// <summary>TorchSharp over libtorch, on the CPU.</summary>
/// <remarks>
/// TorchSharp has no <c>memory_format</c>, but libtorch computes channels-last where the images lie so in memory; the permuted copy that
/// this takes is part of the step. With one input channel the two layouts are the same, and libtorch stays with its default.
/// </remarks>
internal sealed class TorchEngine : ITrainingEngine
{
    private readonly bool _channelsLast;

    public TorchEngine(bool channelsLast)
    {
        _channelsLast = channelsLast;
        LibTorchSharpLoader.Prepare();
    }

    public string Name => _channelsLast ? "TorchSharp NHWC" : "TorchSharp";

    public string Version => $"{Name} {typeof(torch).Assembly.GetName().Version?.ToString(3)}, libtorch {torch.__version__}";

    public void SetThreads(int threads) => torch.set_num_threads(threads);

    public ITrainingTask Create(TrainingNetwork network, int seed)
    {
        torch.manual_seed(seed);
        return new TorchTask(network, _channelsLast);
    }

    /// <summary>One network with its optimizer; a step is written as TorchSharp's examples write it, inside one dispose scope.</summary>
    private sealed class TorchTask : ITrainingTask
    {
        private readonly TrainingNetwork _network;
        private readonly bool _channelsLast;
        private readonly nn.Module<Tensor, Tensor> _module;
        private readonly optim.Optimizer _optimizer;
        private readonly Dictionary<string, TorchSharp.Modules.Parameter> _parameters;

        public TorchTask(TrainingNetwork network, bool channelsLast)
        {
            (_network, _channelsLast) = (network, channelsLast);
            _module = TorchNetworks.Create(network.Name);
            _optimizer = optim.Adam(_module.parameters(), lr: TrainingNetwork.LearningRate);
            var named = _module.named_parameters().ToArray();
            _parameters = named.ToDictionary(p => p.name, p => p.parameter);
            Parameters = [.. named.Select(p => new ParameterShape(p.name, p.parameter.shape))];
        }

        public IReadOnlyList<ParameterShape> Parameters { get; }

        public void SetParameter(string path, float[] values)
        {
            using var untracked = no_grad();
            using var source = tensor(values, _parameters[path].shape);
            _parameters[path].copy_(source);
        }

        public float[] GetParameter(string path) => _parameters[path].data<float>().ToArray();

        public float Step(float[] images, long[] labels)
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            var input = tensor(images, [_network.Batch, .. _network.Input]);
            if (_channelsLast) input = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
            var loss = nn.functional.cross_entropy(_module.call(input), tensor(labels));
            loss.backward();
            _optimizer.step();
            return loss.item<float>();
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _module.Dispose();
        }
    }
}
