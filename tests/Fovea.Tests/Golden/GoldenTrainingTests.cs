using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Golden;

/// <summary>Schedules, and a whole network: modules, compiled steps and optimizers together arrive where PyTorch arrives.</summary>
public sealed class GoldenTrainingTests
{
    // Float32 through five steps, each of which reads what the one before wrote.
    const double Tolerance = 2e-5;

    public static TheoryData<string> Schedules =>
    [
        .. GoldenOptimizerTests.All.Select(golden => golden.Name).Where(name => name.StartsWith("schedule", StringComparison.Ordinal)),
    ];

    public static TheoryData<string> Networks => [.. GoldenCase.Read("network").Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedule_gives_the_rates_of_PyTorch(string name)
    {
        var golden = Assert.Single(GoldenOptimizerTests.All, golden => golden.Name == name);
        var first = golden.Double("lr");
        var schedule = golden.Operator switch
        {
            "schedule_step" => Schedule.Step(golden.Int("step_size"), golden.Double("gamma")),
            "schedule_one_cycle" => Schedule.OneCycle(golden.Double("pct_start"), golden.Double("div_factor"),
                golden.Double("final_div_factor"), golden.Text("anneal_strategy") == "linear", golden.Bool("three_phase")),
            _ => Schedule.Cosine(golden.Double("eta_min") / first),
        };
        var rates = golden["lr"].Values;

        for (var epoch = 0; epoch < rates.Length; epoch++)
        {
            var position = new TrainingPosition(epoch, rates.Length, StepsPerEpoch: 1);
            Assert.Equal(rates[epoch], first * schedule.Factor(position), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Network_learns_what_PyTorch_learns(string name)
    {
        var golden = Assert.Single(GoldenCase.Read("network"), golden => golden.Name == name);
        var model = new Sequential(
            ("conv", new Conv2d(4, 3, padding: 1, bias: false)),
            ("norm", new BatchNorm2d((float)golden.Double("bn_eps"), (float)golden.Double("bn_momentum"))),
            ("relu", new Relu()), ("pool", new MaxPool2d(2)), ("flatten", new Flatten()), ("head", new Linear(3)));
        model.Build([2, 6, 6]);
        foreach (var parameter in model.Parameters)
        {
            parameter.Set<float>(golden[parameter.Name].Floats);
        }

        var optimizer = Optimizer(golden);
        var step = Function.Compile((Tensor x, Tensor target) =>
        {
            var loss = model.Forward(x).CrossEntropy(target);
            optimizer.Update(model.Parameters, Gradients.Of(loss, model.Parameters));
            return loss;
        }, Mode.Training);

        var losses = Enumerable.Range(0, 5).Select(i => (double)step.Run(Batch(golden, i), Labels(golden, i)).Item()).ToArray();

        Assert.Equal(golden["losses"].Values, losses, (a, b) => Math.Abs(a - b) <= Tolerance * a);
        foreach (var variable in model.Variables)
        {
            var role = variable.IsTrainable ? $"end.{variable.Name}" : variable.Name["norm.".Length..];
            GoldenOperatorTests.Close(golden, role, variable.Read(), Tolerance);
        }
    }

    static Optimizer Optimizer(GoldenCase golden)
    {
        var (rate, decay) = (golden.Double("lr"), golden.Double("weight_decay"));
        return golden.Text("optimizer") == "sgd"
            ? new Sgd(rate, golden.Double("momentum"), golden.Bool("nesterov"), decay)
            : new AdamW(rate, golden.Doubles("betas")[0], golden.Doubles("betas")[1], golden.Double("eps"), decay);
    }

    static Tensor Batch(GoldenCase golden, int step) =>
        Tensor.From(golden["x"].Floats.AsSpan(step * 6 * 72, 6 * 72).ToArray(), [6, 2, 6, 6]);

    static Tensor Labels(GoldenCase golden, int step) => Tensor.From(golden["target"].Integers.AsSpan(step * 6, 6).ToArray(), [6]);
}
