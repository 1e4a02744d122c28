using System.CommandLine;
using System.Globalization;
using Peers.Candidate;
using Peers.Operators;
using Peers.Torch;
using Peers.Training;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var networks = new Option<string[]>("--network")
{
    Description = "The networks, in order.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [.. TrainingNetwork.All.Select(network => network.Name)],
};
networks.AcceptOnlyFromAmong([.. TrainingNetwork.All.Select(network => network.Name)]);
var engineNames = new Option<string[]>("--engines")
{
    Description = "The engines; the first is the reference of ratios and differences.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => ["torchsharp", "torchsharp-nhwc", "fovea"],
};
engineNames.AcceptOnlyFromAmong("torchsharp", "torchsharp-nhwc", "fovea");
var threads = new Option<int[]>("--threads")
{
    Description = "Thread counts.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [1, 2],
};
var rounds = new Option<int>("--rounds") { Description = "Alternating blocks an engine.", DefaultValueFactory = _ => 4 };
var blockSteps = new Option<int>("--steps") { Description = "Counted steps a block.", DefaultValueFactory = _ => 5 };
var agreeSteps = new Option<int>("--steps") { Description = "Steps to compare.", DefaultValueFactory = _ => 20 };
var twins = new Option<int>("--twins") { Description = "Free runs of the reference from one ulp away.", DefaultValueFactory = _ => 2 };

var time = new Command("time", "Time a training step of each engine, in alternating blocks.")
{
    engineNames, networks, threads, rounds, blockSteps,
};
time.SetAction(arguments =>
{
    var (roundCount, stepCount) = (arguments.GetRequiredValue(rounds), arguments.GetRequiredValue(blockSteps));
    var engines = Engines(arguments);
    Report.Head(Console.Out, "One training step", engines);
    Report.TimesHead(Console.Out, engines);
    foreach (var network in arguments.GetRequiredValue(networks).Select(TrainingNetwork.Named))
    {
        var batches = new Batches(network, count: 4, seed: 1);
        foreach (var count in arguments.GetRequiredValue(threads))
        {
            Report.Times(Console.Out, network, count, Timing.Measure(engines, network, batches, count, roundCount, stepCount));
        }
    }

    return 0;
});

var agree = new Command("agree", "Train from equal weights on equal batches; exit 1 when losses or updates stray from the first engine's.")
{
    engineNames, networks, agreeSteps, twins,
};
agree.SetAction(arguments =>
{
    var engines = Engines(arguments);
    var reference = engines[0];
    var steps = arguments.GetRequiredValue(agreeSteps);
    foreach (var engine in engines) engine.SetThreads(Environment.ProcessorCount);
    Report.Head(Console.Out, "Training side by side", engines);

    var violations = new List<string>();
    foreach (var network in arguments.GetRequiredValue(networks).Select(TrainingNetwork.Named))
    {
        var batches = new Batches(network, steps, seed: 1);
        var agreement = Agreement.Measure(reference, engines[1..], network, batches, steps, arguments.GetRequiredValue(twins));
        Report.Losses(Console.Out, reference.Name, agreement);
        violations.AddRange(agreement.Violations().Select(violation => $"{network.Name}, {violation}"));
    }

    foreach (var violation in violations) Console.Error.WriteLine(violation);
    return violations.Count == 0 ? 0 : 1;
});

var names = new Option<string>("--only") { Description = "A part of the operators' names.", DefaultValueFactory = _ => "" };
var operators = new Command("operators", "Time operators that resize and sample images, and their gradients.") { names, threads, rounds };
operators.SetAction(arguments =>
{
    Report.Head(Console.Out, "Operators", [CreateEngine("torchsharp"), CreateEngine("fovea")]);
    Report.OperatorsHead(Console.Out);
    foreach (var @case in OperatorCase.All.Where(c => c.Name.Contains(arguments.GetRequiredValue(names), StringComparison.Ordinal)))
    {
        foreach (var gradient in (bool[])[false, true])
        {
            foreach (var count in arguments.GetRequiredValue(threads))
            {
                Report.Operator(Console.Out, @case, gradient, count,
                    OperatorTiming.Measure(@case, gradient, count, arguments.GetRequiredValue(rounds)));
            }
        }
    }

    return 0;
});

var root = new RootCommand("Fovea beside other frameworks: the same networks, weights and batches, in one process.")
{
    time, agree, operators,
};
return root.Parse(args).Invoke();

ITrainingEngine[] Engines(ParseResult arguments) => [.. arguments.GetRequiredValue(engineNames).Select(CreateEngine)];

static ITrainingEngine CreateEngine(string name) => name switch
{
    "torchsharp" => new TorchEngine(channelsLast: false),
    "torchsharp-nhwc" => new TorchEngine(channelsLast: true),
    "fovea" => new FoveaEngine(),
    _ => throw new ArgumentException($"There is no engine \"{name}\" here.", nameof(name)),
};
