using Fovea.Tensors;

namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">Matrices: …, M, N.</param>
    extension(Tensor x)
    {
        /// <summary>The elements on and above a diagonal of each matrix, else 0. ONNX: Trilu.</summary>
        /// <param name="diagonal">0: the main one; 1: the one above it; −1: the one below.</param>
        /// <exception cref="Errors.ShapeMismatchException">There are fewer than two axes.</exception>
        public Tensor UpperTriangle(int diagonal = 0) => Triangle(x, (row, column) => column - row >= diagonal);

        /// <summary>The elements on and below a diagonal of each matrix, else 0. ONNX: Trilu.</summary>
        /// <param name="diagonal">0: the main one; 1: the one above it; −1: the one below.</param>
        /// <exception cref="Errors.ShapeMismatchException">There are fewer than two axes.</exception>
        public Tensor LowerTriangle(int diagonal = 0) => Triangle(x, (row, column) => column - row <= diagonal);
    }

    static Tensor Triangle(Tensor x, Func<Tensor, Tensor, Tensor> inside)
    {
        if (x.Rank < 2)
            throw new Errors.ShapeMismatchException($"A triangle is part of a matrix, of two axes at least; the input is {x.Shape}.");
        // Places as floats, whose comparison is fast; a row or column number up to 2²⁴ is exact.
        Tensor row = Tensor.Arange(x.Shape[-2], ElementType.Float32).Unsqueeze(1), column = Tensor.Arange(x.Shape[-1], ElementType.Float32);
        return Tensor.Where(inside(row, column), x, Tensor.Constant(0, x.ElementType));
    }
}
