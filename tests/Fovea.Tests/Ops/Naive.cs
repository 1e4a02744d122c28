using Fovea.Cpu;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>Runs an operator's reference kernel: the last of its list.</summary>
internal static class Naive
{
    public static TestValue[] Run(Op op, params TestValue[] inputs) => Run(op, new KernelRun(), inputs);

    public static TestValue[] Run(Op op, KernelRun run, params TestValue[] inputs)
    {
        var kernel = CpuKernels.For(op)[^1];
        Assert.EndsWith(".naive", kernel.Name, StringComparison.Ordinal);
        return KernelHarness.Run(kernel, op, run, inputs);
    }

    /// <summary>The message with which the shape rule refuses the inputs.</summary>
    public static string Fault(Op op, params TensorType[] inputs) =>
        Assert.Throws<ShapeMismatchException>(() => op.Infer(Inputs.Of(op, inputs))).Message;
}
