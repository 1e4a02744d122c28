using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Fovea;

// What the library must do without a just-in-time compiler. Each line is one check; the exit code is the number that failed.
var failures = 0;

Check("compiled ahead of time", !RuntimeFeature.IsDynamicCodeSupported);
Check($"vector unit in use: {VectorUnit()}", VectorUnit() != "none");

// Pictures of one bar, lying (class 0) or standing (class 1), anywhere: only shape tells them apart, never place.
var (pictures, labels) = Bars();
var kernel = new Variable("kernel", Weights(4, 1, 3, 3));
var head = new Variable("head", Weights(1, 4));
var step = Function.Compile((Tensor x, Tensor y) =>
{
    var loss = (Score(x) - y).Square().Mean();
    var slopes = Gradients.Of(loss, [kernel, head]);
    kernel.Assign(kernel - 0.1f * slopes[0]);
    head.Assign(head - 0.1f * slopes[1]);
    return loss;
}, Mode.Training);
var predict = Function.Compile((Tensor x) => Score(x));

var first = step.Run(pictures, labels).Item();
var last = first;
for (var i = 0; i < 300; i++)
{
    last = step.Run(pictures, labels).Item();
}

var scores = predict.Run(pictures).ToArray();
var right = scores.Zip(labels.ToArray(), (score, label) => score > 0 == label > 0).Count(hit => hit);
Check($"a network learns: loss {first:F3} -> {last:F3}", last < 0.1f * first);
Check($"and predicts: {right} of {scores.Length} right", right == scores.Length);

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

Tensor Score(Tensor x) => x.Convolution(kernel).Relu().GlobalMaxPool().Flatten().Linear(head);

// Without IlcInstructionSet an x64 program has neither AVX2 nor AVX-512, and every kernel runs at a quarter of its speed.
static string VectorUnit() => RuntimeInformation.ProcessArchitecture switch
{
    Architecture.X64 when Avx512F.IsSupported => "AVX-512",
    Architecture.X64 when Avx2.IsSupported && Fma.IsSupported => "AVX2 + FMA",
    Architecture.Arm64 when AdvSimd.IsSupported => "Advanced SIMD",
    _ => Vector.IsHardwareAccelerated && RuntimeInformation.ProcessArchitecture != Architecture.X64 ? "portable" : "none",
};

static (Tensor Pictures, Tensor Labels) Bars()
{
    const int size = 7, count = 2 * size;
    var pixels = new float[count * size * size];
    var classes = new float[count];
    for (var i = 0; i < count; i++)
    {
        var standing = i % 2 == 1;
        classes[i] = standing ? 1 : -1;
        for (var along = 0; along < size; along++)
        {
            var (row, column) = standing ? (along, i / 2) : (i / 2, along);
            pixels[(i * size + row) * size + column] = 1;
        }
    }

    return (Tensor.From(pixels, [count, 1, size, size]), Tensor.From(classes, [count, 1]));
}

// Small numbers of both signs, the same on every run.
static Tensor Weights(params int[] sizes)
{
    var values = new float[sizes.Aggregate(1, (product, size) => product * size)];
    for (var i = 0; i < values.Length; i++)
    {
        values[i] = (i * 37 % 19 - 9) / 20f;
    }

    return Tensor.From(values, [.. sizes.Select(size => (Dim)size)]);
}
