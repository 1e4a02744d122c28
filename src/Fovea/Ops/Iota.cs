namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>0, 1, 2, … up to a size, which may be symbolic. ONNX: Range.</summary>
    /// <param name="Size">How many numbers.</param>
    /// <param name="Element">Their element type: int64, int32, float32 or float64.</param>
    public sealed record Iota(Dim Size, ElementType Element = ElementType.Int64) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(0, 0);
            if (Element is not (ElementType.Int64 or ElementType.Int32 or ElementType.Float32 or ElementType.Float64))
                throw inputs.Fail($"counts in int64, int32, float32 or float64, not {Element}: Cast it.");
            if (Size.IsKnown && Size.Value < 0) throw inputs.Fail($"cannot count up to {Size}.");
            return [new(Element, [Size])];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Iota(attributes.Value(Size), attributes.Value(Element));

        /// <inheritdoc/>
        public override bool HasEvaluate => true;

        /// <inheritdoc/>
        public override void Evaluate(in KernelCall call)
        {
            switch (Element)
            {
                case ElementType.Float32: Fill<float>(call); break;
                case ElementType.Float64: Fill<double>(call); break;
                case ElementType.Int32: Fill<int>(call); break;
                default: Fill<long>(call); break;
            }
        }

        static void Fill<T>(in KernelCall call) where T : unmanaged, System.Numerics.INumber<T>
        {
            var y = call.Target<T>(0);
            for (int i = 0; i < y.Length; i++) y[i] = T.CreateTruncating(i);
        }

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Iota(7)) { NotDifferentiable = "it has no input" },
            new(new Iota(3, ElementType.Float32)) { NotDifferentiable = "it has no input" },
            new(new Iota(0, ElementType.Int32)) { NotDifferentiable = "it has no input" },
        ];
    }
}

namespace Fovea
{
    using Fovea.Tensors;

    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>0, 1, 2, … up to, but not including, a size, which may be symbolic.</summary>
            /// <param name="size">How many numbers.</param>
            /// <param name="element">Their element type: int64, int32, float32 or float64.</param>
            public static Tensor Arange(Dim size, ElementType element = ElementType.Int64) => Tensor.Apply(new Ops.Iota(size, element));
        }
    }
}
