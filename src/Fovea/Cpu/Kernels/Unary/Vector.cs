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
        UnaryFunction.Reciprocal => (UnaryCode.Reciprocal, 0, 0),
        UnaryFunction.Rsqrt => (UnaryCode.Rsqrt, 0, 0),
        UnaryFunction.Floor => (UnaryCode.Floor, 0, 0),
        UnaryFunction.Ceiling => (UnaryCode.Ceiling, 0, 0),
        UnaryFunction.Round => (UnaryCode.Round, 0, 0),
        UnaryFunction.Expm1 => (UnaryCode.Expm1, 0, 0),
        UnaryFunction.Log1p => (UnaryCode.Log1p, 0, 0),
        UnaryFunction.Sin => (UnaryCode.Sin, 0, 0),
        UnaryFunction.Cos => (UnaryCode.Cos, 0, 0),
        UnaryFunction.Erf => (UnaryCode.Erf, 0, 0),
        UnaryFunction.Clip => (UnaryCode.Clip, (float)op.Alpha, (float)op.Beta),
        UnaryFunction.LeakyRelu => (UnaryCode.LeakyRelu, (float)op.Alpha, 0),
        UnaryFunction.Elu => (UnaryCode.Elu, (float)op.Alpha, 0),
        UnaryFunction.Celu => (UnaryCode.Celu, (float)op.Alpha, 0),
        UnaryFunction.Selu => (UnaryCode.Selu, (float)ActivationTable.SeluAlpha, (float)ActivationTable.SeluScale),
        UnaryFunction.Gelu => (UnaryCode.Gelu, 0, 0),
        UnaryFunction.GeluTanh => (UnaryCode.GeluTanh, 0, 0),
        UnaryFunction.Silu => (UnaryCode.Silu, 0, 0),
        UnaryFunction.Mish => (UnaryCode.Mish, 0, 0),
        UnaryFunction.HardSwish => (UnaryCode.HardSwish, 0, 0),
        UnaryFunction.HardSigmoid => (UnaryCode.HardSigmoid, (float)op.Alpha, (float)op.Beta),
        UnaryFunction.Softplus => (UnaryCode.Softplus, 0, 0),
        UnaryFunction.Softsign => (UnaryCode.Softsign, 0, 0),
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
