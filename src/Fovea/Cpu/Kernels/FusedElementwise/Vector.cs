using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.FusedElementwise;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];

    /// <summary>Whether a node can be part of a chain: float32 in and out, a function that has a vector body.</summary>
    public static bool Takes(Node node)
    {
        foreach (var input in node.InputSpan)
            if (input.ElementType != ElementType.Float32) return false;
        return node.OutputSpan[0].ElementType == ElementType.Float32 && node.Op switch
        {
            Ops.Unary unary => Unary.Vector.Body(unary) is not null,
            Ops.Binary binary => Binary.Vector.Arithmetic(binary.Function) is not null,
            _ => false,
        };
    }

    public static ChainStep Step(FusedOperator part) => part.Op switch
    {
        Ops.Unary unary when Unary.Vector.Body(unary) is var (code, p, q) => ChainStep.Unary(code, part.Operands[0], p, q),
        Ops.Binary binary when Binary.Vector.Arithmetic(binary.Function) is { } code =>
            ChainStep.Binary(code, part.Operands[0], part.Operands[1]),
        _ => throw new InvalidOperationException($"{part.Op} is no part of a chain."),
    };

    /// <summary>
    /// Along which axis of the output an input that is not full varies; −1 for a scalar, null where it varies along several.
    /// </summary>
    public static int? VaryingAxis(in BoundType input, int outputRank)
    {
        int varying = -1;
        for (int axis = 0; axis < input.Rank; axis++)
        {
            if (input.Sizes[axis] == 1) continue;
            if (varying >= 0) return null;
            varying = outputRank - input.Rank + axis;
        }
        return varying;
    }
}

/// <summary>A chain of elementwise operators, block by block in L1; only the chain's inputs and its output touch memory.</summary>
sealed unsafe class Vector<T> : Kernel<Runtime.FusedElementwise> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"FusedElementwise.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Runtime.FusedElementwise op, KernelCase @case) => VectorKernels.Recipe($"FusedElementwise.{op.Name}");

    protected override bool Supports(Runtime.FusedElementwise op, KernelCase @case)
    {
        if (!T.IsSupported) return false;
        foreach (var input in @case.Inputs)
            if (input.Sizes != @case.Outputs[0].Sizes && Vector.VaryingAxis(input, @case.Outputs[0].Rank) is null) return false;
        return true;
    }

    protected override LayoutRule Layouts(Runtime.FusedElementwise op, KernelCase @case) => new(
        [.. @case.Inputs.Select(i => i.Sizes == @case.Outputs[0].Sizes ? Placement.Common : Placement.Any)], [Placement.Common]);

    protected override bool WritesOver(Runtime.FusedElementwise op, KernelCase @case, int input, int output) =>
        @case.Inputs[input].Sizes == @case.Outputs[0].Sizes;

    protected override KernelWork Prepare(Runtime.FusedElementwise op, KernelCase @case)
    {
        var output = @case.Outputs[0];
        var inputs = new ChainInput[@case.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = InputOf(@case.Inputs[i], output);
        var chain = new FusedChain(
            inputs, [.. op.Operators.Select(Vector.Step)], [new ChainOutput(inputs.Length + op.Operators.Count - 1)]);
        return new([VectorKernels.Pieces(output.Count)], WalkerScratch: chain.ScratchFloats * sizeof(float), Prepared: chain);
    }

    static ChainInput InputOf(in BoundType input, in BoundType output)
    {
        if (input.Sizes == output.Sizes) return ChainInput.Full;
        int axis = Vector.VaryingAxis(input, output.Rank)!.Value;
        if (axis < 0) return ChainInput.Scalar;
        // How many neighbours in memory meet one element, and whether the input begins again.
        nint inside = 1, outside = 1;
        bool passed = false;
        foreach (int other in output.Layout.Order(output.Rank))
        {
            if (other == axis) passed = true;
            else if (passed) inside *= output.Sizes[other];
            else outside *= output.Sizes[other];
        }
        return new(inside, outside == 1 ? 0 : output.Sizes[axis]);
    }

    protected override void Run(Runtime.FusedElementwise op, in KernelCall call)
    {
        int count = call.Case.Inputs.Length;
        void** inputs = stackalloc void*[count];
        for (int i = 0; i < count; i++) inputs[i] = (void*)call.Input(i);
        void* output = (void*)call.Output(0);
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint elements = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        ((FusedChain)call.Prepared!).Run<T>(inputs, &output, start, elements, (float*)call.WalkerScratch);
    }
}
