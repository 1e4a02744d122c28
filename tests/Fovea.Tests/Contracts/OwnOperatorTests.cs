using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>
/// DESIGN: an operator and a kernel of one's own come in by the same door as the built-in ones. This is another assembly.
/// </summary>
[Collection("Threads")]
public sealed class OwnOperatorTests
{
    /// <summary>Two outputs: quotient and remainder of a division by a number.</summary>
    sealed record DivideWithRemainder(float By) : Op
    {
        public override TensorType[] Infer(Inputs inputs) => [inputs[0], inputs[0]];

        public override Tensor?[] Gradient(GradientContext context)
        {
            // Only the remainder follows x; either output's gradient may be absent.
            return [context.OutputGradients[1] ?? context.Inputs[0].Full(0)];
        }

        protected internal override Op Code(Attributes attributes) => new DivideWithRemainder(attributes.Value(By));
        public override IEnumerable<Sample> Samples() => [new(new DivideWithRemainder(2), SampleInput.Of([3, 4], SampleValues.Positive))];
        public override bool HasEvaluate => true;

        public override void Evaluate(in KernelCall call)
        {
            var x = call.Source<float>(0);
            Span<float> quotient = call.Target<float>(0), remainder = call.Target<float>(1);
            for (int i = 0; i < x.Length; i++)
            {
                quotient[i] = MathF.Floor(x[i] / By);
                remainder[i] = x[i] - quotient[i] * By;
            }
        }
    }

    sealed record Cube : Op
    {
        public override TensorType[] Infer(Inputs inputs) => [inputs[0]];
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient * 3 * context.Inputs[0].Square()];
        protected internal override Op Code(Attributes attributes) => this;
        public override IEnumerable<Sample> Samples() => [new(this, SampleInput.Of([5]))];
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs) => [inputs[0] * inputs[0] * inputs[0]];
    }

    sealed class CubeKernel : Kernel<Cube>
    {
        public static int Runs;
        public override string Name => "Cube.own";
        protected override KernelWork Prepare(Cube op, KernelCase @case) => new([3]);

        protected override void Run(Cube op, in KernelCall call)
        {
            Interlocked.Increment(ref Runs);
            var x = call.Source<float>(0);
            var y = call.Target<float>(0);
            for (int i = call.Piece; i < x.Length; i += 3) y[i] = x[i] * x[i] * x[i];
        }
    }

    [Fact]
    public void An_operator_with_two_outputs_runs_and_differentiates()
    {
        var x = Tensor.From(5.5f, 7f).Watch();
        var parts = Tensor.ApplyAll(new DivideWithRemainder(2), x);
        Assert.Equal([2f, 3f], parts[0].ToArray());
        Assert.Equal([1.5f, 1f], parts[1].ToArray());
        Assert.Equal([2f, 2f], Gradients.Of((parts[1] * 2).Sum(), x).ToArray());
        Assert.Equal([0f, 0f], Gradients.Of(parts[0].Sum(), x).ToArray());
        var f = Function.Compile((Tensor t) => Tensor.ApplyAll(new DivideWithRemainder(3), t).ToArray());
        Assert.Equal([1f, 2f], f.Run(Tensor.From(5f, 8f)).Select(o => o.ToArray()[0]));
    }

    [Fact]
    public void An_operator_without_a_kernel_runs_by_its_decomposition_and_a_kernel_of_ones_own_takes_over()
    {
        var f = Function.Compile((Tensor x) => Gradients.Of(Tensor.Apply(new Cube(), x).Sum(), x));
        Assert.Equal([12f, 27f], f.Run(Tensor.From(2f, 3f)).ToArray());
        Assert.Equal([8f, 27f], Tensor.Apply(new Cube(), Tensor.From(2f, 3f)).ToArray());
        CpuKernels.Add(new CubeKernel());
        int before = CubeKernel.Runs;
        Assert.Equal([8f, 27f, 1f, 0f], Tensor.Apply(new Cube(), Tensor.From(2f, 3f, 1f, 0f)).ToArray());
        Assert.Equal(3, CubeKernel.Runs - before);
    }

    [Fact]
    public void Attributes_round_trip_and_names_are_the_arguments()
    {
        var op = new DivideWithRemainder(2.5f);
        Assert.Equal("DivideWithRemainder(By=2.5)", op.ToString());
        Assert.Equal(op, Attributes.Read(new DivideWithRemainder(1), Attributes.Of(op)));
        Assert.Throws<FormatException>(() => Attributes.Read(op, [new("Bi", "1")]));
        Assert.Throws<FormatException>(() => Attributes.Read(op, [new("By", "x")]));
    }
}
