using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class MatMulTests
{
    // 1 2 3 / 4 5 6
    static readonly TestValue Matrix = TestValue.Fill([2, 3], i => i + 1f);

    static float[] Run(Op op, params TestValue[] inputs) => Naive.Run(op, inputs)[0].To<float>();

    [Fact]
    public void Rows_meet_columns() =>
        Assert.Equal([321, 3020, 654, 6050], Run(new MatMul(), Matrix, TestValue.Of<float>([3, 2], 1, 0, 10, 10, 100, 1000)));

    [Fact]
    public void Either_side_may_be_transposed()
    {
        Assert.Equal([14, 32, 32, 77], Run(new MatMul(false, true), Matrix, Matrix));
        Assert.Equal([17, 22, 27, 22, 29, 36, 27, 36, 45], Run(new MatMul(true), Matrix, Matrix));
        Assert.Equal([1, 4, 2, 5, 3, 6], Run(new MatMul(true, true), Matrix, TestValue.Of<float>([2, 2], 1, 0, 0, 1)));
    }

    [Fact]
    public void Leading_axes_broadcast()
    {
        var a = TestValue.Of<float>([2, 1, 1, 1], 2, 3);
        var b = TestValue.Of<float>([3, 1, 2], 1, 2, 3, 4, 5, 6);

        Assert.Equal([2, 4, 6, 8, 10, 12, 3, 6, 9, 12, 15, 18], Run(new MatMul(), a, b));
    }

    [Fact]
    public void Linear_multiplies_by_the_transposed_weights()
    {
        var w = TestValue.Of<float>([2, 3], 1, 10, 100, 1, 1, 1);
        var bias = TestValue.Of<float>([2], 0.5f, -1);

        Assert.Equal([321.5f, 5, 654.5f, 14], Run(new Linear(), Matrix, w, bias));
        Assert.Equal([321, 6], Run(new Linear(), TestValue.Of<float>([3], 1, 2, 3), w));
    }

    [Fact]
    public void Inputs_may_lie_in_any_order()
    {
        var columns = new KernelRun { Free = rank => rank == 2 ? Layout.Of([1, 0]) : Layout.RowMajor };

        Assert.Equal([14, 32, 32, 77], Naive.Run(new MatMul(false, true), columns, Matrix, Matrix)[0].To<float>());
        Assert.Equal([14, 32, 32, 77], Naive.Run(new Linear(), columns, Matrix, Matrix)[0].To<float>());
    }

    [Fact]
    public void Errors_name_both_shapes()
    {
        Assert.Equal("MatMul cannot multiply 2x3 by 2x3: the inner sizes 3 and 2 differ.",
            Naive.Fault(new MatMul(), TensorType.Float([2, 3]), TensorType.Float([2, 3])));
        Assert.Equal("Linear expects 400 input features (weights 120x400); the input 1x16x6x6 has 6 along its last axis: "
            + "Flatten gives 576.",
            Naive.Fault(new Linear(), TensorType.Float([1, 16, 6, 6]), TensorType.Float([120, 400])));
        Assert.Contains("Unsqueeze", Naive.Fault(new MatMul(), TensorType.Float([3]), TensorType.Float([3, 2])), StringComparison.Ordinal);
        Assert.Contains("Cast", Naive.Fault(new MatMul(), new TensorType(ElementType.Int64, [3, 3]), TensorType.Float([3, 2])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_may_be_symbols()
    {
        Dim n = Dim.Symbol("N");
        var op = new MatMul(false, true);
        Assert.Equal([n, 4, 5], op.Infer(Inputs.Of(op, TensorType.Float([n, 4, 3]), TensorType.Float([5, 3])))[0].Shape);
        Assert.Equal([n, 7], new Linear().Infer(Inputs.Of(new Linear(), TensorType.Float([n, 3]), TensorType.Float([7, 3])))[0].Shape);
    }
}
