namespace Fovea.Ops
{
    using Fovea.Errors;
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>A part of one axis: elements Start, Start + Step, …, Size of them. A negative step walks backwards. ONNX: Slice.</summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Start">The first element.</param>
    /// <param name="Size">How many.</param>
    /// <param name="Step">From one to the next, not 0.</param>
    public sealed record Slice(int Axis, Dim Start, Dim Size, int Step = 1) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            return [inputs[0] with { Shape = Cut(inputs, inputs[0].Shape, Axis, Start, Size, Step) }];
        }

        internal static Shape Cut(Inputs inputs, Shape shape, int axis, Dim start, Dim size, int step)
        {
            if ((uint)axis >= (uint)shape.Rank) throw inputs.Fail($"has no axis {axis} in {shape}.");
            if (step == 0) throw inputs.Fail("cannot walk by steps of 0.");
            if (size.IsKnown && size.Value == 0) return shape.With(axis, size);
            Dim last = start + (size - 1) * step;
            bool known = start.IsKnown && size.IsKnown;
            if (known && (start.Value < 0 || size.Value < 0 || size.Value > 0 && last.Value < 0))
                throw inputs.Fail($"takes {size} elements from {start} by steps of {step}: that leaves axis {axis} of {shape}.");
            Dim largest = step > 0 ? last : start;
            if ((shape[axis] - largest) is { IsKnown: true } room && room.Value <= 0)
                throw inputs.Fail($"takes {size} elements from {start} by steps of {step}: axis {axis} of {shape} has {shape[axis]}.");
            return shape.With(axis, size);
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new SliceGradient(Axis, Start, context.Inputs[0].Shape[Axis], Step), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Slice(attributes.Value(Axis), attributes.Value(Start), attributes.Value(Size), attributes.Value(Step));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Slice(0, 1, 2), SampleInput.Of([4, 3])),
            new(new Slice(1, 0, 3), SampleInput.Of([2, 3, 4])),
            new(new Slice(2, 1, 3, 2), SampleInput.Of([2, 3, 7])),
            new(new Slice(1, 4, 5, -1), SampleInput.Of([2, 5])),
            new(new Slice(3, 4, 2, -3), SampleInput.Of([1, 2, 3, 5])),
        ];
    }

    /// <summary>
    /// Zeros with the input laid along an axis at Start, Start + Step, …: the gradient of <see cref="Slice"/>, which is its own.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Start">Where the first element goes.</param>
    /// <param name="Total">The size of the output's axis.</param>
    /// <param name="Step">From one to the next, not 0.</param>
    public sealed record SliceGradient(int Axis, Dim Start, Dim Total, int Step = 1) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if ((uint)Axis >= (uint)shape.Rank) throw inputs.Fail($"has no axis {Axis} in {shape}.");
            inputs.RequireSize(Total, "a total size");
            var output = shape.With(Axis, Total);
            Slice.Cut(inputs, output, Axis, Start, shape[Axis], Step);
            return [inputs[0] with { Shape = output }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new Slice(Axis, Start, context.Inputs[0].Shape[Axis], Step), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new SliceGradient(attributes.Value(Axis), attributes.Value(Start), attributes.Value(Total), attributes.Value(Step));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new SliceGradient(0, 1, 4), SampleInput.Of([2, 3])),
            new(new SliceGradient(2, 1, 7, 2), SampleInput.Of([2, 3, 3])),
            new(new SliceGradient(1, 4, 5, -1), SampleInput.Of([2, 5])),
        ];
    }

    /// <summary>What an index in brackets asks of one axis.</summary>
    static class Indexing
    {
        public static Tensor Apply(Tensor x, ReadOnlySpan<TensorIndex> indices)
        {
            int ellipses = 0, taken = 0;
            foreach (var index in indices)
            {
                if (index.Kind == TensorIndexKind.Ellipsis) ellipses++;
                else if (index.Kind != TensorIndexKind.NewAxis) taken++;
            }
            if (ellipses > 1) throw new ArgumentException("An index holds at most one ellipsis.");
            if (taken > x.Rank) throw new ShapeMismatchException($"The index names {taken} axes; {x.Shape} has {x.Rank}.");
            int axis = 0, between = x.Rank - taken;
            var squeeze = new List<int>();
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndexKind.Ellipsis: axis += between; break;
                    case TensorIndexKind.NewAxis: x = x.Unsqueeze(axis++); break;
                    case TensorIndexKind.At: x = At(x, axis, index.Value); squeeze.Add(axis++); break;
                    default: x = Part(x, axis++, index.Range); break;
                }
            }
            return squeeze.Count == 0 ? x : x.Squeeze([.. squeeze]);
        }

        static Tensor At(Tensor x, int axis, Index index)
        {
            Dim start = index.IsFromEnd ? x.Shape[axis] - index.Value : index.Value;
            return Tensor.Apply(new Slice(axis, start, 1), x);
        }

        static Tensor Part(Tensor x, int axis, Range range)
        {
            if (range.Equals(Range.All)) return x;
            Dim size = x.Shape[axis];
            Dim start = range.Start.IsFromEnd ? size - range.Start.Value : range.Start.Value;
            Dim end = range.End.IsFromEnd ? size - range.End.Value : range.End.Value;
            return Tensor.Apply(new Slice(axis, start, end - start), x);
        }
    }
}

namespace Fovea
{
    using Fovea.Ops;

    enum TensorIndexKind { At, Range, Ellipsis, NewAxis }

    /// <summary>
    /// One entry of a tensor's index: a number (from the end with ^), a range, all axes between, or a new axis of size 1.
    /// </summary>
    public readonly struct TensorIndex
    {
        internal TensorIndexKind Kind { get; private init; }
        internal Index Value { get; private init; }
        internal Range Range { get; private init; }

        /// <summary>All axes that the other entries do not name.</summary>
        public static TensorIndex Ellipsis { get; } = new() { Kind = TensorIndexKind.Ellipsis };

        /// <summary>A new axis of size 1.</summary>
        public static TensorIndex NewAxis { get; } = new() { Kind = TensorIndexKind.NewAxis };

        /// <summary>One element of the axis, which vanishes.</summary>
        public static implicit operator TensorIndex(int index) =>
            new() { Kind = TensorIndexKind.At, Value = index < 0 ? new Index(-index, fromEnd: true) : new Index(index) };

        /// <summary>One element of the axis, which vanishes.</summary>
        public static implicit operator TensorIndex(Index index) => new() { Kind = TensorIndexKind.At, Value = index };

        /// <summary>A part of the axis.</summary>
        public static implicit operator TensorIndex(Range range) => new() { Kind = TensorIndexKind.Range, Range = range };
    }

    public sealed partial class Tensor
    {
        /// <summary>
        /// A part of the tensor: <c>x[.., 1..3]</c> takes all of axis 0 and elements 1 and 2 of axis 1; axes left out are whole.
        /// </summary>
        /// <exception cref="Errors.ShapeMismatchException">An index is outside its axis.</exception>
        // Item is the method that reads the only element, so the indexer has another name in metadata.
        [System.Runtime.CompilerServices.IndexerName("Part")]
        public Tensor this[params ReadOnlySpan<TensorIndex> indices] => Indexing.Apply(this, indices);
    }

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>Elements start, start + step, … of an axis, size of them.</summary>
            public Tensor Slice(int axis, Dim start, Dim size, int step = 1) =>
                Tensor.Apply(new Ops.Slice(x.Shape.Axis(axis), start, size, step), x);

            /// <summary>
            /// Elements start, start + step, … before stop, as Python's <c>x[start:stop:step]</c>: negative ends count from the end of
            /// the axis, ends outside are brought in, null is the whole way; a negative step walks backwards. Symbolic sizes are taken.
            /// </summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="start">The first element; null: the first, or the last for a negative step.</param>
            /// <param name="stop">The first element not taken; null: all.</param>
            /// <param name="step">From one to the next, not 0.</param>
            /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
            public Tensor SliceRange(int axis, long? start, long? stop, int step = 1)
            {
                ArgumentOutOfRangeException.ThrowIfZero(step);
                ArgumentOutOfRangeException.ThrowIfEqual(step, int.MinValue);
                axis = x.Shape.Axis(axis);
                // Backwards the ends lie one lower: the last element is where to begin, and −1, before the first, where to stop.
                Dim size = x.Shape[axis], low = step > 0 ? 0 : -1, high = size + low;
                Dim from = start is { } a ? Inside(a) : step > 0 ? 0 : high, to = stop is { } b ? Inside(b) : step > 0 ? high : -1;
                Dim span = step > 0 ? to - from : from - to;
                Dim count = Dim.Max(Dim.Ceiling(span, Math.Abs(step)), 0);
                // Of nothing the beginning does not matter: it may lie outside.
                return Tensor.Apply(new Ops.Slice(axis, count.IsKnown && count.Value == 0 ? 0 : from, count, step), x);

                Dim Inside(long end) => Dim.Min(Dim.Max(end < 0 ? size + end : end, low), high);
            }

            /// <summary>Parts of an axis one after the other, of the given sizes, which add up to the axis's. ONNX: Split.</summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="sizes">The size of each part.</param>
            /// <exception cref="Errors.ShapeMismatchException">The sizes do not add up.</exception>
            public Tensor[] Split(int axis, params ReadOnlySpan<Dim> sizes)
            {
                axis = x.Shape.Axis(axis);
                Dim total = 0;
                foreach (var size in sizes) total += size;
                if (total != x.Shape[axis])
                    throw new Errors.ShapeMismatchException(
                        $"Split cuts axis {axis} of {x.Shape} into parts of {string.Join(" + ", sizes.ToArray())} = {total}; "
                        + $"it has {x.Shape[axis]}.");
                var parts = new Tensor[sizes.Length];
                Dim start = 0;
                for (int i = 0; i < parts.Length; start += sizes[i++]) parts[i] = x.Slice(axis, start, sizes[i]);
                return parts;
            }

            /// <summary>So many equal parts of an axis, one after the other.</summary>
            /// <param name="count">How many; it divides the size of the axis.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <exception cref="Errors.ShapeMismatchException">The parts would not be equal.</exception>
            public Tensor[] SplitEvenly(int count, int axis)
            {
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
                var size = Dim.Divide(x.Shape[axis], count)
                    ?? throw new Errors.ShapeMismatchException($"Axis {axis} of {x.Shape} does not fall into {count} equal parts.");
                var sizes = new Dim[count];
                Array.Fill(sizes, size);
                return x.Split(axis, sizes);
            }

            /// <summary>Axes walked backwards; all where none is named.</summary>
            public Tensor Flip(params ReadOnlySpan<int> axes)
            {
                var y = x;
                foreach (int axis in Ops.AxisLine.Sorted(x.Shape, axes).AsSpan())
                    y = Tensor.Apply(new Ops.Slice(axis, x.Shape[axis] - 1, x.Shape[axis], -1), y);
                return y;
            }

            /// <summary>Moves the elements along an axis; those that leave at one end come in at the other.</summary>
            /// <param name="shift">By how many places, towards the end; negative: towards the beginning.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            public Tensor Roll(int shift, int axis)
            {
                axis = x.Shape.Axis(axis);
                Dim size = x.Shape[axis], last = shift >= 0 ? shift : size + shift;
                if (size.IsKnown)
                {
                    if (size.Value == 0) return x;
                    last = (shift % size.Value + size.Value) % size.Value;
                }
                if (last == 0) return x;
                return Tensor.Concat(axis, x.Slice(axis, size - last, last), x.Slice(axis, 0, size - last));
            }
        }
    }
}
