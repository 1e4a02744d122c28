using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Tests.Conformance;

/// <summary>What is wrong with <see cref="Weighted"/>.</summary>
public enum Flaw
{
    None,
    AttributeIsLost,
    ShapeIsTooLarge,
    ShapeIsTooSmall,
    SymbolIsOneTooLarge,
    CostIsOneTooHigh,
    FieldIsTooSmall,
    FieldIsTooLarge,
    KernelIsOffByOne,
    KernelWritesBeyondItsEnd,
    KernelSwallowsNaN,
    DecompositionForgetsTheWeights,
    RecipeIsShared,
    PiecesDependOnEachOther,
    LargeBatchesAreCutShort,
    BatchIsSeen,
    GradientHasTheWrongSign,
    GradientForgetsAnInput,
    SecondGradientIsCut,
}

/// <summary>
/// An operator of one's own: y[n, c, i] = x[n, c, i] · w[i] · By, with x N, C, L and w L. Each flaw breaks one rule.
/// </summary>
public sealed record Weighted(float By, Flaw Flaw = Flaw.None) : Op
{
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireSameElement();
        var shape = inputs[0].Shape;
        if (shape.Rank != 3 || inputs[1].Rank != 1 || !inputs.AreEqual(shape[2], inputs[1].Shape[0]))
        {
            throw inputs.Fail($"takes N, C, L and L, not {shape} and {inputs[1].Shape}.");
        }

        return
        [
            inputs[0] with
            {
                Shape = Flaw switch
                {
                    Flaw.ShapeIsTooLarge => shape.With(2, shape[2] + 1),
                    Flaw.ShapeIsTooSmall => shape.With(0, 1),
                    Flaw.SymbolIsOneTooLarge when !shape[1].IsKnown => shape.With(1, shape[1] + 1),
                    _ => shape,
                },
            },
        ];
    }

    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor x = context.Inputs[0], w = context.Inputs[1], dy = context.OutputGradient;
        var held = Flaw == Flaw.SecondGradientIsCut ? x.StopGradient() : x;
        var dx = dy * w * By;
        return
        [
            Flaw == Flaw.GradientHasTheWrongSign ? -dx : dx,
            Flaw == Flaw.GradientForgetsAnInput ? null : (dy * held * By).Sum(0, 1),
        ];
    }

    protected internal override Op Code(Attributes attributes) =>
        new Weighted(attributes.Value(Flaw == Flaw.AttributeIsLost ? 1 : By, nameof(By)), attributes.Value(Flaw));

    public override IEnumerable<Sample> Samples() =>
    [
        new(new Weighted(1, Flaw), new Shape(2, 3, 5), new Shape(5)),
        new(new Weighted(2.5f, Flaw), new Shape(1, 2, 17), new Shape(17)),
    ];

    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count + (Flaw == Flaw.CostIsOneTooHigh ? 1 : 0), inputs, outputs);

    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
        inputs[0] is not { } field ? null : Flaw switch
        {
            Flaw.FieldIsTooSmall => new([field.Axes[0] with { Size = 0 }]),
            Flaw.FieldIsTooLarge => new([field.Axes[0].Window(3, 1, 1, 1)]),
            _ => field,
        };

    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs) =>
        [Flaw == Flaw.DecompositionForgetsTheWeights ? inputs[0] * By : inputs[0] * inputs[1] * By];

    public override bool HasEvaluate => true;

    public override void Evaluate(in KernelCall call)
    {
        var x = call.Source<float>(0);
        var w = call.Source<float>(1);
        var y = call.Target<float>(0);
        int batch = call.Case.Inputs[0].Sizes[0];
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] * w[i % w.Length] * By * (Flaw == Flaw.BatchIsSeen ? batch : 1);
        }
    }
}

/// <summary>A kernel of one's own for it, in two pieces.</summary>
sealed class WeightedKernel : Kernel<Weighted>
{
    public override string Name => "Weighted.halves";

    protected override string Recipe(Weighted op, KernelCase @case) => op.Flaw == Flaw.RecipeIsShared ? "evaluate.Weighted" : Name;

    protected override bool Supports(Weighted op, KernelCase @case) =>
        op.Flaw != Flaw.BatchIsSeen && @case.Inputs[0].Element == ElementType.Float32;

    protected override KernelWork Prepare(Weighted op, KernelCase @case) => new([2]);

    protected override void Run(Weighted op, in KernelCall call)
    {
        var x = call.Source<float>(0);
        var w = call.Source<float>(1);
        var y = call.Target<float>(0);
        int half = x.Length / 2;
        var (start, end) = call.Piece == 0 ? (0, half) : (half, x.Length);
        if (op.Flaw == Flaw.LargeBatchesAreCutShort && call.Case.Inputs[0].Sizes[0] > 64)
        {
            end--;
        }

        for (int i = start; i < end; i++)
        {
            int from = op.Flaw == Flaw.KernelIsOffByOne ? Math.Max(i - 1, 0) : i;
            y[i] = x[from] * w[i % w.Length] * op.By;
            if (op.Flaw == Flaw.KernelSwallowsNaN && float.IsNaN(y[i]))
            {
                y[i] = 0;
            }

            if (op.Flaw == Flaw.RecipeIsShared)
            {
                y[i] = x[i] / 3 * w[i % w.Length] * op.By * 3;
            }
        }

        if (op.Flaw == Flaw.PiecesDependOnEachOther && call.Piece == 1)
        {
            y[0] += 1e-6f;
        }

        if (op.Flaw == Flaw.KernelWritesBeyondItsEnd && call.Piece == 1)
        {
            System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref y[^1], 2)[1] = 0;
        }
    }
}

/// <summary>A copy of float32 or int32 elements; flawed, it adds 1 to integers.</summary>
sealed record Copied(bool IsFlawed) : Op
{
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        return inputs[0].Element is ElementType.Float32 or ElementType.Float64 or ElementType.Int32 ? [inputs[0]]
            : throw inputs.Fail($"copies no {inputs[0].Element}.");
    }

    public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient];

    protected internal override Op Code(Attributes attributes) => new Copied(attributes.Value(IsFlawed));

    public override IEnumerable<Sample> Samples() => [new(this, new Shape(3, 2))];
}

/// <summary>Two kernels for it: of two kernels the last is the reference.</summary>
sealed class CopiedKernel(string name) : Kernel<Copied>
{
    public override string Name => name;

    protected override bool Supports(Copied op, KernelCase @case) =>
        name == "Copied.naive" || @case.Inputs[0].Element != ElementType.Float64;

    protected override void Run(Copied op, in KernelCall call)
    {
        switch (call.Case.Inputs[0].Element)
        {
            case ElementType.Float32: call.Source<float>(0).CopyTo(call.Target<float>(0)); break;
            case ElementType.Float64: call.Source<double>(0).CopyTo(call.Target<double>(0)); break;
            default:
                call.Source<int>(0).CopyTo(call.Target<int>(0));
                call.Target<int>(0)[0] += op.IsFlawed && name == "Copied.fast" ? 1 : 0;
                break;
        }
    }
}
