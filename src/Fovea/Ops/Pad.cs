namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// y[o] = x[o − Before] inside, on every axis; outside one value, or pixels of the input that the mode names. A negative width crops.
    /// ONNX: Pad (constant, reflect, edge, wrap).
    /// </summary>
    /// <param name="Before">Elements before each axis.</param>
    /// <param name="After">Elements after each axis.</param>
    /// <param name="Value">What a constant border holds; 0 in the other modes.</param>
    /// <param name="Mode">What the border holds. Reflected it is narrower than its axis, circular no wider.</param>
    public sealed record Pad(Dims Before, Dims After, float Value = 0, PadMode Mode = PadMode.Constant) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            PadBorders.Check(inputs, Before, After, Mode, shape);
            if (Mode != PadMode.Constant && BitConverter.SingleToInt32Bits(Value) != 0)
                throw inputs.Fail($"has the value {Value} for a border, but takes it from the input ({Mode}).");
            var dims = new Dim[shape.Rank];
            for (int i = 0; i < dims.Length; i++)
            {
                dims[i] = shape[i] + Before[i] + After[i];
                if (dims[i].IsKnown && dims[i].Value < 0)
                    throw inputs.Fail($"crops axis {i} of {shape} by {-(long)Before[i]} and {-(long)After[i]}: nothing is left.");
                if (dims[i].IsKnown && dims[i].Value > int.MaxValue)
                    throw inputs.Fail($"pads axis {i} of {shape} by {Before[i]} and {After[i]}: {dims[i]} is more than {int.MaxValue}.");
                PadBorders.Check(inputs, Mode, i, shape, Before[i], After[i]);
            }
            return [inputs[0] with { Shape = new Shape(dims) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [Tensor.Apply(Mode == PadMode.Constant
            ? new Pad(Negated(Before), Negated(After)) : new PadGradient(Before, After, Mode), context.OutputGradient)];

        static Dims Negated(Dims widths)
        {
            for (int i = 0; i < widths.Count; i++) widths = widths.With(i, -widths[i]);
            return widths;
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Pad(attributes.Value(Before), attributes.Value(After), attributes.Value(Value), attributes.Value(Mode));

        /// <summary>The value is compared by its bits.</summary>
        public bool Equals(Pad? other) => other is not null && Before == other.Before && After == other.After && Mode == other.Mode
            && BitConverter.SingleToInt32Bits(Value) == BitConverter.SingleToInt32Bits(other.Value);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Before, After, BitConverter.SingleToInt32Bits(Value), Mode);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0] is { } field
            && Before.Count == field.Axes.Count + 2
                ? new([.. field.Axes.Select((axis, i) => axis with { Start = axis.Start - Before[i + 2] * axis.Jump })]) : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Pad([0, 0, 1, 2], [0, 0, 3, 0]), SampleInput.Of([2, 3, 4, 5])),
            new(new Pad([2], [1], -1.5f), SampleInput.Of([3])),
            new(new Pad([-1, 1], [2, -2]), SampleInput.Of([3, 4])),
            new(new Pad([0, 0], [0, 0]), SampleInput.Of([2, 3])),
            .. PadBorders.Cases().Select(c => new Sample(new Pad(c.Before, c.After, 0, c.Mode), SampleInput.Of(c.Input))
            {
                FieldHoldsInside = "borders show pixels of elsewhere",
            }),
        ];
    }

    /// <summary>
    /// The transpose of <see cref="Pad"/>, which is its gradient: every element of the border is added to the one that it shows,
    /// x[source(o)] += y[o].
    /// </summary>
    /// <param name="Before">Elements before each axis that are folded in, or, negative, zeros added.</param>
    /// <param name="After">The same after each axis.</param>
    /// <param name="Mode">What the border holds.</param>
    public sealed record PadGradient(Dims Before, Dims After, PadMode Mode) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var shape = inputs[0].Shape;
            PadBorders.Check(inputs, Before, After, Mode, shape);
            if (Mode == PadMode.Constant) throw inputs.Fail("folds no constant border: Pad with negative widths crops it.");
            var dims = new Dim[shape.Rank];
            for (int i = 0; i < dims.Length; i++)
            {
                dims[i] = shape[i] - Before[i] - After[i];
                if (dims[i].IsKnown && dims[i].Value is < 0 or > int.MaxValue)
                    throw inputs.Fail($"folds {Before[i]} and {After[i]} elements of axis {i} of {shape} into {dims[i]}.");
                PadBorders.Check(inputs, Mode, i, shape.With(i, dims[i]), Before[i], After[i]);
            }
            return [inputs[0] with { Shape = new Shape(dims) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new Pad(Before, After, 0, Mode), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new PadGradient(attributes.Value(Before), attributes.Value(After), attributes.Value(Mode));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PadBorders.Cases().Select(c =>
            new Sample(new PadGradient(c.Before, c.After, c.Mode), SampleInput.Of(c.Output)));
    }

    /// <summary>Borders that show the input, one axis at a time: what they may be, and cases of them.</summary>
    static class PadBorders
    {
        /// <summary>Checks that the widths have one entry an axis, and that the mode is one.</summary>
        public static void Check(Inputs inputs, Dims before, Dims after, PadMode mode, Shape shape)
        {
            if (before.Count != shape.Rank || after.Count != shape.Rank)
                throw inputs.Fail($"names {before.Count} and {after.Count} axes; the input {shape} has {shape.Rank}.");
            if (!Enum.IsDefined(mode)) throw inputs.Fail($"knows no mode {(int)mode}.");
        }

        /// <summary>Checks that the input has the pixels that an axis's border shows.</summary>
        public static void Check(Inputs inputs, PadMode mode, int axis, Shape shape, int before, int after)
        {
            if (shape[axis].IsKnown && Fault(mode, axis, shape[axis].Value, before, after) is { } fault)
                throw inputs.Fail($"{fault} (the input is {shape}).");
        }

        /// <summary>Why an axis of so many elements cannot have such borders; null where it can.</summary>
        public static string? Fault(PadMode mode, int axis, long size, int before, int after)
        {
            int widest = Math.Max(before, after);
            return widest <= 0 ? null : mode switch
            {
                PadMode.Reflect when widest >= size =>
                    $"cannot reflect {widest} elements of axis {axis}, which has {size}: at most {Math.Max(0, size - 1)}",
                PadMode.Circular when widest > size => $"cannot wrap {widest} elements of axis {axis}, which has {size}: at most {size}",
                PadMode.Replicate when size == 0 => $"cannot replicate the outermost element of axis {axis}, which has none",
                _ => null,
            };
        }

        /// <summary>Cases of the conformance suite.</summary>
        public static IEnumerable<(Dims Before, Dims After, PadMode Mode, Shape Input, Shape Output)> Cases()
        {
            foreach (var mode in (PadMode[])[PadMode.Reflect, PadMode.Replicate, PadMode.Circular])
            {
                // An image, uneven; a sequence as wide as may be; a volume; an odd crop beside a border; a line of its own; no border.
                yield return Case(mode, [0, 0, 1, 2], [0, 0, 3, 0], [2, 3, 4, 5]);
                yield return Case(mode, [0, 0, 2], [0, 0, 2], [2, 17, 3]);
                yield return Case(mode, [0, 0, 1, 0, 2], [0, 0, 1, 1, 0], [1, 2, 2, 3, 4]);
                yield return Case(mode, [-1, 2], [2, -3], [4, 5]);
                yield return Case(mode, [3], [1], [19]);
                yield return Case(mode, [1, 0], [0, 2], [3, 40]);
                yield return Case(mode, [0, 0], [0, 0], [2, 3]);
            }
            yield return Case(PadMode.Replicate, [0, 0, 4], [0, 0, 5], [2, 3, 1]);
            yield return Case(PadMode.Circular, [0, 0, 1], [0, 0, 1], [2, 3, 1]);
        }

        static (Dims Before, Dims After, PadMode Mode, Shape Input, Shape Output) Case(PadMode mode, Dims before, Dims after, Dims input)
        {
            var output = input;
            for (int i = 0; i < input.Count; i++) output = output.With(i, input[i] + before[i] + after[i]);
            return (before, after, mode, input, output);
        }
    }
}

namespace Fovea
{
    using Fovea.Tensors;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>A border of one value, or of the input's own pixels, before and after each axis; negative widths crop.</summary>
            /// <param name="before">Elements before each axis.</param>
            /// <param name="after">Elements after each axis.</param>
            /// <param name="value">What a constant border holds.</param>
            /// <param name="mode">What the border holds.</param>
            /// <exception cref="Errors.ShapeMismatchException">An axis is too short for its border.</exception>
            public Tensor Pad(Dims before, Dims after, float value = 0, PadMode mode = PadMode.Constant) =>
                Tensor.Apply(new Ops.Pad(before, after, value, mode), x);
        }
    }
}
