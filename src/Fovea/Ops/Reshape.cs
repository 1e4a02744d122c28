namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>The same elements in row-major order under another shape. ONNX: Reshape.</summary>
    /// <param name="Target">The new sizes; their product is that of the old.</param>
    public sealed record Reshape(Shape Target) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            if (!inputs.AreEqual(inputs[0].Shape.Count, Target.Count))
                throw inputs.Fail(
                    $"cannot give {inputs[0].Shape} ({inputs[0].Shape.Count} elements) the shape {Target} ({Target.Count} elements).");
            return [inputs[0] with { Shape = Target }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient.Reshape(context.Inputs[0].Shape)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Reshape(attributes.Value(Target));

        /// <inheritdoc/>
        public override bool Reinterprets => true;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Reshape([6, 4]), SampleInput.Of([2, 3, 4])),
            new(new Reshape([2, 12]), SampleInput.Of([2, 3, 2, 2])),
            new(new Reshape(Shape.Scalar), SampleInput.Of([1, 1])),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>The same elements in row-major order under another shape; one size may be −1: what is left over.</summary>
            /// <exception cref="ArgumentException">Two sizes are −1, or nothing whole is left over.</exception>
            public Tensor Reshape(params ReadOnlySpan<Dim> sizes)
            {
                Dim known = 1;
                int open = -1;
                for (int i = 0; i < sizes.Length; i++)
                {
                    if (sizes[i] != -1) known *= sizes[i];
                    else if (open < 0) open = i;
                    else throw new ArgumentException("Only one size of Reshape may be -1.");
                }
                if (open < 0) return x.Reshape(new Shape(sizes));
                Dim[] all = sizes.ToArray();
                all[open] = Dim.Divide(x.Shape.Count, known)
                    ?? throw new ArgumentException(
                        $"Reshape cannot share {x.Shape.Count} elements ({x.Shape}) out over {known}: nothing whole is left for -1.");
                return x.Reshape(new Shape(all));
            }

            /// <summary>The same elements in row-major order under another shape.</summary>
            public Tensor Reshape(Shape shape) => shape == x.Shape ? x : Tensor.Apply(new Ops.Reshape(shape), x);

            /// <summary>Joins the axes from <paramref name="start"/> to <paramref name="end"/>, both included, into one.</summary>
            public Tensor Flatten(int start = 1, int end = -1)
            {
                // A vector has nothing after its batch axis: it gets an axis of size 1.
                start = x.Rank == 0 ? 0 : start == x.Rank ? start : x.Shape.Axis(start);
                int stop = x.Rank == 0 ? 0 : x.Shape.Axis(end) + 1;
                if (stop < start) throw new ArgumentException($"Flatten joins axes {start} to {stop - 1} of {x.Shape}: there are none.");
                var joined = Shape.Concat(x.Shape.Slice(0, start), [x.Shape.Slice(start, stop - start).Count]);
                return x.Reshape(Shape.Concat(joined, x.Shape.Slice(stop, x.Rank - stop)));
            }

            /// <summary>Removes axes of size 1: the named ones, or all.</summary>
            public Tensor Squeeze(params ReadOnlySpan<int> axes)
            {
                var keep = new List<Dim>();
                var named = new HashSet<int>();
                foreach (int axis in axes)
                {
                    if (x.Shape[axis] != 1)
                        throw new ArgumentException($"Squeeze removes axes of size 1; axis {axis} of {x.Shape} is not.");
                    named.Add(x.Shape.Axis(axis));
                }
                for (int i = 0; i < x.Rank; i++)
                    if (axes.Length == 0 ? x.Shape[i] != 1 : !named.Contains(i)) keep.Add(x.Shape[i]);
                return x.Reshape(new Shape([.. keep]));
            }

            /// <summary>Inserts an axis of size 1 before <paramref name="axis"/> (negative: counted in the result).</summary>
            public Tensor Unsqueeze(int axis)
            {
                if (axis < 0) axis += x.Rank + 1;
                ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)axis, (uint)x.Rank, nameof(axis));
                return x.Reshape(Shape.Concat(Shape.Concat(x.Shape.Slice(0, axis), [1]), x.Shape.Slice(axis, x.Rank - axis)));
            }
        }
    }
}
