using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Fovea;
using Fovea.Modules;

// What the library must do without a just-in-time compiler. Each line is one check; the exit code is the number that failed.
var failures = 0;

Check("compiled ahead of time", !RuntimeFeature.IsDynamicCodeSupported);
Check($"vector unit in use: {VectorUnit()}", VectorUnit() != "none");

var cube = Function.Compile((Tensor x) => Gradients.Of(Gradients.Of((x * x * x).Sum(), x).Sum(), x));
Check("second derivatives", cube.Run(Tensor.From(1f, 2f, 3f)).ToArray() is [6f, 12f, 18f]);

var folder = Directory.CreateTempSubdirectory("fovea-aot-");
try
{
    var bars = Bars();
    var (model, run) = await Train("first");
    var test = await Trainer.EvaluateAsync(model, bars);
    Check($"a network learns: loss {run.History[0].TrainLoss:F3} -> {run.History[^1].TrainLoss:F3}, all {test.Count} right",
        test.Accuracy == 1);
    Check("its run folder is there", File.Exists(run.ModelPath) && File.Exists(Path.Combine(run.RunFolder, "run.json")));

    var predict = Function.Compile((Tensor x) => model.Forward(x).Softmax());
    var sure = predict.Run(Tensor.From(Enumerable.Repeat(0.5f, 2 * 49).ToArray(), [2, 1, 7, 7])).ToArray();
    Check("it predicts probabilities", Math.Abs(sure[0] + sure[1] - 1) < 1e-6f && sure[0] == sure[2]);

    var file = ModelFile.Load(run.ModelPath);
    var pictures = Tensor.From(Enumerable.Range(0, 2 * 49).Select(i => i % 7 / 7f).ToArray(), [2, 1, 7, 7]);
    Check("the model file predicts the same bits, without the class",
        file.Digest == run.Digest && file.Module.Forward(pictures).ToArray().SequenceEqual(model.Forward(pictures).ToArray()));

    var (_, again) = await Train("second");
    Check($"the same seed gives the same bits: {run.Digest[..16]}…", run.Digest == again.Digest);

    async Task<(Module Model, TrainingResult Run)> Train(string name)
    {
        var network = new Sequential(new Conv2d(8, 3), new Relu(), new GlobalMaxPool2d(), new Flatten(), new Linear(2));
        network.Build([1, 7, 7], seed: 1);
        return (network, await Trainer.FitAsync(network, bars, options: new()
        {
            Epochs = 80,
            BatchSize = 14,
            Optimizer = new Adam(0.02),
            RunFolder = Path.Combine(folder.FullName, name),
        }));
    }
}
finally
{
    folder.Delete(recursive: true);
}

Console.WriteLine(failures == 0 ? "native program: all checks passed" : $"native program: {failures} checks failed");
return failures;

void Check(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
    if (!holds)
    {
        failures++;
    }
}

// Without IlcInstructionSet an x64 program has neither AVX2 nor AVX-512, and every kernel runs at a quarter of its speed.
static string VectorUnit() => RuntimeInformation.ProcessArchitecture switch
{
    Architecture.X64 when Avx512F.IsSupported => "AVX-512",
    Architecture.X64 when Avx2.IsSupported && Fma.IsSupported => "AVX2 + FMA",
    Architecture.Arm64 when AdvSimd.IsSupported => "Advanced SIMD",
    _ => "none",
};

// Pictures of one bar, lying or standing, anywhere: only its shape tells the classes apart, never its place.
static Dataset Bars()
{
    const int size = 7, count = 2 * size;
    var pixels = new byte[count * size * size];
    var labels = new int[count];
    for (var i = 0; i < count; i++)
    {
        labels[i] = i % 2;
        for (var along = 0; along < size; along++)
        {
            var (row, column) = labels[i] == 1 ? (along, i / 2) : (i / 2, along);
            pixels[(i * size + row) * size + column] = 255;
        }
    }

    return Dataset.FromBytes(pixels, labels, [1, size, size], ["lying", "standing"]);
}
