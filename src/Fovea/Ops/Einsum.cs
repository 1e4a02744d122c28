using Fovea.Errors;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// Einstein's sums: operands are joined from the left, two at a time, each pair as one product of matrices in which the labels that
    /// both keep are batches, those that go are the sum, and the others rows and columns.
    /// </summary>
    static class Einstein
    {
        // Axes that the ellipsis stands for, from the last to the first, have labels of their own below all letters.
        const char LastOfEllipsis = (char)31;

        /// <summary>An operand and the label of each axis.</summary>
        readonly record struct Labelled(Tensor Value, string Labels)
        {
            public Dim Size(char label) => Value.Shape[Labels.IndexOf(label)];
        }

        public static Tensor Sum(string equation, ReadOnlySpan<Tensor> operands)
        {
            var (inputs, output) = Parse(equation, operands);
            var joined = Alone(inputs[0], Kept(inputs, 1, output));
            for (int i = 1; i < inputs.Count; i++)
            {
                string kept = Kept(inputs, i + 1, output);
                joined = Join(joined, Alone(inputs[i], kept + joined.Labels), kept);
            }
            // A single operand may still hold labels that go.
            return Ordered(Alone(joined, output), output).Value;
        }

        /// <summary>The labels that are needed after the operands before <paramref name="next"/> are joined.</summary>
        static string Kept(List<Labelled> inputs, int next, string output) =>
            string.Concat(inputs.Skip(next).Select(i => i.Labels).Append(output));

        static (List<Labelled> Inputs, string Output) Parse(string equation, ReadOnlySpan<Tensor> operands)
        {
            string text = string.Concat(equation.Where(c => c != ' '));
            int arrow = text.IndexOf("->", StringComparison.Ordinal);
            string[] terms = (arrow < 0 ? text : text[..arrow]).Split(',');
            if (terms.Length != operands.Length)
                throw new ArgumentException($"The equation \"{equation}\" has {terms.Length} operands; {operands.Length} were given.");
            var inputs = new List<Labelled>();
            int widest = 0;
            for (int i = 0; i < terms.Length; i++)
            {
                string labels = Expand(equation, terms[i], operands[i].Rank, out int ellipsis);
                if (labels.Length != operands[i].Rank)
                    throw new ShapeMismatchException($"The term \"{terms[i]}\" of \"{equation}\" does not fit {operands[i].Shape}, "
                        + $"which has {operands[i].Rank} axes.");
                widest = Math.Max(widest, ellipsis);
                inputs.Add(new(operands[i], labels));
            }
            string all = string.Concat(inputs.Select(i => i.Labels));
            string output;
            if (arrow < 0)
            {
                // What is left out: the ellipsis, then the letters that occur once, in alphabetical order.
                output = Ellipsis(widest) + string.Concat(all.Where(c => c > LastOfEllipsis && all.Count(o => o == c) == 1).Order());
            }
            else output = Expand(equation, text[(arrow + 2)..], -1, out _, widest);
            foreach (char label in output)
                if (!all.Contains(label) || output.Count(o => o == label) > 1)
                    throw new ArgumentException($"The result of \"{equation}\" names \"{label}\", "
                        + (all.Contains(label) ? "twice." : "which no operand has."));
            for (int i = 0; i < inputs.Count; i++) inputs[i] = Diagonal(inputs[i], equation);
            Stretch(inputs, equation);
            return (inputs, output);
        }

        static string Ellipsis(int axes) => string.Concat(Enumerable.Range(0, axes).Select(i => (char)(LastOfEllipsis - axes + 1 + i)));

        static string Expand(string equation, string term, int rank, out int ellipsis, int widest = 0)
        {
            int dots = term.IndexOf("...", StringComparison.Ordinal);
            string letters = dots < 0 ? term : term.Remove(dots, 3);
            foreach (char label in letters)
                if (!char.IsAsciiLetter(label))
                    throw new ArgumentException(
                        $"The equation \"{equation}\" holds \"{label}\": labels are letters, an ellipsis is three dots.");
            ellipsis = dots < 0 ? 0 : rank < 0 ? widest : rank - letters.Length;
            if (ellipsis is < 0 or > Dims.Capacity)
                throw new ShapeMismatchException($"The term \"{term}\" of \"{equation}\" names more axes than the {rank} of its operand.");
            return dots < 0 ? letters : term[..dots] + Ellipsis(ellipsis) + term[(dots + 3)..];
        }

        /// <summary>A label that an operand has twice means the diagonal of these axes.</summary>
        static Labelled Diagonal(Labelled operand, string equation)
        {
            var (x, labels) = operand;
            for (int second = 1; second < labels.Length; second++)
            {
                char label = labels[second];
                int first = labels.IndexOf(label);
                if (first == second) continue;
                if ((x.Shape[first] - x.Shape[second]).IsNeverZero)
                    throw new ShapeMismatchException($"The label \"{label}\" of \"{equation}\" stands for axes of sizes {x.Shape[first]} "
                        + $"and {x.Shape[second]} in {x.Shape}: a diagonal has one size.");
                Dim size = x.Shape[first].IsKnown ? x.Shape[first] : x.Shape[second];
                // Sizes of which one is a symbol must turn out to be equal.
                x = x.BroadcastTo(x.Shape.With(first, size).With(second, size));
                // Every (size + 1)th element of the matrix as one row; where the size is a symbol, all others are masked and summed.
                var matrix = x.MoveAxis(second, -1).MoveAxis(first, -2);
                if (size.IsKnown)
                    x = matrix.Flatten(-2).Slice(-1, 0, size, (int)size + 1);
                else
                {
                    var place = Tensor.Arange(size);
                    x = Tensor.Where(place.Unsqueeze(1).EqualTo(place), matrix, Tensor.Constant(0, x.ElementType)).Sum(-1);
                }
                x = x.MoveAxis(-1, first);
                labels = labels.Remove(second--, 1);
            }
            return new(x, labels);
        }

        /// <summary>A label's axis of size 1 stretches where another operand has more; any other difference is refused.</summary>
        static void Stretch(List<Labelled> inputs, string equation)
        {
            var sizes = new Dictionary<char, Dim>();
            foreach (var input in inputs)
                foreach (char label in input.Labels)
                {
                    Dim size = input.Size(label);
                    if (!sizes.TryGetValue(label, out var known) || known == 1) sizes[label] = size;
                    else if (size != 1 && size != known && size.IsKnown && known.IsKnown)
                        throw new ShapeMismatchException(
                            $"A label of \"{equation}\" has the sizes {known} and {size} in "
                            + $"{string.Join(" and ", inputs.Select(i => i.Value.Shape))}: only 1 stretches.");
                }
            for (int i = 0; i < inputs.Count; i++)
            {
                var shape = inputs[i].Value.Shape;
                for (int axis = 0; axis < shape.Rank; axis++)
                    if (shape[axis] == 1) shape = shape.With(axis, sizes[inputs[i].Labels[axis]]);
                inputs[i] = inputs[i] with { Value = inputs[i].Value.BroadcastTo(shape) };
            }
        }

        /// <summary>Sums over the labels that nobody needs any more.</summary>
        static Labelled Alone(Labelled operand, string kept)
        {
            int[] axes = [.. Enumerable.Range(0, operand.Labels.Length).Where(axis => !kept.Contains(operand.Labels[axis]))];
            return axes.Length == 0 ? operand
                : new(operand.Value.Sum(axes), string.Concat(operand.Labels.Where(kept.Contains)));
        }

        /// <summary>The product of two operands, summed over the labels that both have and that are not kept.</summary>
        static Labelled Join(Labelled a, Labelled b, string kept)
        {
            string both = string.Concat(a.Labels.Where(b.Labels.Contains));
            string sum = string.Concat(both.Where(label => !kept.Contains(label))), batch = string.Concat(both.Where(kept.Contains));
            string rows = string.Concat(a.Labels.Where(label => !both.Contains(label) && kept.Contains(label)));
            string columns = string.Concat(b.Labels.Where(label => !both.Contains(label) && kept.Contains(label)));
            // A label of one operand alone that is not kept was needed by nobody but the other, which does not have it.
            (a, b) = (Alone(a, both + rows), Alone(b, both + columns));
            string labels = batch + rows + columns;
            if (sum.Length == 0 || !a.Value.ElementType.IsFloating())
            {
                Tensor x = Placed(a, labels + sum), y = Placed(b, labels + sum);
                int[] axes = [.. Enumerable.Range(labels.Length, sum.Length)];
                return new(axes.Length == 0 ? x * y : (x * y).Sum(axes), labels);
            }
            Dim depth = Sizes(a, sum).Count;
            var batches = Sizes(a, batch);
            // Of the two orders that a product takes, the one in which the operand lies already needs no copy.
            bool turnedA = a.Labels == batch + sum + rows && rows.Length > 0, turnedB = b.Labels == batch + columns + sum;
            Dim m = Sizes(a, rows).Count, n = Sizes(b, columns).Count;
            var left = Ordered(a, turnedA ? batch + sum + rows : batch + rows + sum).Value
                .Reshape(turnedA ? new Shape(batches.Count, depth, m) : new Shape(batches.Count, m, depth));
            var right = Ordered(b, turnedB ? batch + columns + sum : batch + sum + columns).Value
                .Reshape(turnedB ? new Shape(batches.Count, n, depth) : new Shape(batches.Count, depth, n));
            var product = left.MatMul(right, turnedA, turnedB);
            return new(product.Reshape(Shape.Concat(batches, Shape.Concat(Sizes(a, rows), Sizes(b, columns)))), labels);
        }

        static Shape Sizes(Labelled operand, string labels) => new([.. labels.Select(operand.Size)]);

        /// <summary>The operand with its axes in the order of the labels, which are its own.</summary>
        static Labelled Ordered(Labelled operand, string labels) =>
            labels.Length < 2 ? operand with { Labels = labels }
                : new(operand.Value.Transpose([.. labels.Select(label => operand.Labels.IndexOf(label))]), labels);

        /// <summary>The operand with an axis for each label, of size 1 where it lacks it.</summary>
        static Tensor Placed(Labelled operand, string labels)
        {
            var own = Ordered(operand, string.Concat(labels.Where(operand.Labels.Contains)));
            return own.Value.Reshape(new Shape([.. labels.Select(label => own.Labels.Contains(label) ? own.Size(label) : 1)]));
        }
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>
            /// Einstein's sum of products: <c>Tensor.Einsum("bik,bkj->bij", a, b)</c> multiplies matrices. Each letter names an axis;
            /// axes of one letter have one size (or 1, which stretches); letters that the result lacks are summed over; a letter twice
            /// in one operand takes the diagonal; an ellipsis stands for all axes that are not named. Without an arrow the result has the
            /// letters that occur once, in alphabetical order. Operands are joined from the left, each pair by one product of matrices.
            /// ONNX: Einsum.
            /// </summary>
            /// <param name="equation">The labels of each operand, separated by commas; an arrow, and those of the result.</param>
            /// <param name="operands">The operands, of one element type.</param>
            /// <exception cref="ArgumentException">The equation is none, or has another number of operands.</exception>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit the equation, or each other.</exception>
            public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands)
            {
                ArgumentNullException.ThrowIfNull(equation);
                return Einstein.Sum(equation, operands);
            }
        }
    }
}
