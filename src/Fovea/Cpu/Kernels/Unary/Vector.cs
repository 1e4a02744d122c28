using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Unary;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];

    /// <summary>The vector body of a function of the table, with the constants that stand for its parameters.</summary>
    public static (UnaryCode Code, float P, float Q)? Body(Ops.Unary op) => op.Function switch
    {
        UnaryFunction.Negate => (UnaryCode.Negate, 0, 0),
        UnaryFunction.Abs => (UnaryCode.Abs, 0, 0),
        UnaryFunction.Sign => (UnaryCode.Sign, 0, 0),
        UnaryFunction.Square => (UnaryCode.Square, 0, 0),
        UnaryFunction.Sqrt => (UnaryCode.Sqrt, 0, 0),
        UnaryFunction.Exp => (UnaryCode.Exp, 0, 0),
        UnaryFunction.Log => (UnaryCode.Log, 0, 0),
        UnaryFunction.Relu => (UnaryCode.Relu, 0, 0),
        UnaryFunction.Step => (UnaryCode.Step, 0, 0),
        UnaryFunction.Tanh => (UnaryCode.Tanh, 0, 0),
        UnaryFunction.Sigmoid => (UnaryCode.Sigmoid, 0, 0),
        _ => null,
    };
}

/// <summary>y = f(x) of float32 in one pass over memory, in whatever layout.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.Unary> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Unary.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Unary op, KernelCase @case) => VectorKernels.Recipe("Unary.vector");

    protected override bool Supports(Ops.Unary op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && Vector.Body(op) is not null;

    protected override LayoutRule Layouts(Ops.Unary op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.Unary op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(Ops.Unary op, KernelCase @case) => new([VectorKernels.Pieces(@case.Outputs[0].Count)]);

    protected override void Run(Ops.Unary op, in KernelCall call)
    {
        var (code, p, q) = Vector.Body(op)!.Value;
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint count = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        Elementwise<T>.Unary(code, p, q, (float*)call.Input(0) + start, count, (float*)call.Output(0) + start);
    }
}
