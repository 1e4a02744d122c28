using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxElementwise
{
    const string BFloat16 = "bfloat16 is a type of storage: no kernel reads it";

    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["Abs"] = c => [c[0].Abs()],
            ["Neg"] = c => [-c[0]],
            ["Sign"] = c => [c[0].Sign()],
            ["Sqrt"] = c => [c[0].Sqrt()],
            ["Exp"] = c => [c[0].Exp()],
            ["Log"] = c => [c[0].Log()],
            ["Reciprocal"] = c => [c[0].Reciprocal()],
            ["Floor"] = c => [c[0].Floor()],
            ["Ceil"] = c => [c[0].Ceiling()],
            ["Round"] = c => [c[0].Round()],
            ["Sin"] = c => [c[0].Sin()],
            ["Cos"] = c => [c[0].Cos()],
            ["Tan"] = c => [c[0].Sin() / c[0].Cos()],
            ["Sinh"] = c => [(c[0].Expm1() - (-c[0]).Expm1()) / 2],
            ["Cosh"] = c => [(c[0].Exp() + (-c[0]).Exp()) / 2],
            ["Asinh"] = c => [c[0].Sign() * (c[0].Abs() + (c[0].Square() + 1).Sqrt()).Log()],
            ["Acosh"] = c => [(c[0] + (c[0].Square() - 1).Sqrt()).Log()],
            ["Atanh"] = c => [(c[0].Log1p() - (-c[0]).Log1p()) / 2],
            ["Erf"] = c => [c[0].Erf()],
            ["Tanh"] = c => [c[0].Tanh()],
            ["Sigmoid"] = c => [c[0].Sigmoid()],
            ["Add"] = c => [c[0] + c[1]],
            ["Sub"] = c => [c[0] - c[1]],
            ["Mul"] = c => [c[0] * c[1]],
            ["Div"] = c => [c[0] / c[1]],
            ["Pow"] = c => [Power(c[0], c[1])],
            ["Max"] = c => [c.All.Aggregate((x, y) => x.Maximum(y))],
            ["Min"] = c => [c.All.Aggregate((x, y) => x.Minimum(y))],
            ["Sum"] = c => [c.All.Aggregate((x, y) => x + y)],
            ["Mean"] = c => [c.All.Aggregate((x, y) => x + y) / c.Count],
            ["Equal"] = c => [c[0].EqualTo(c[1])],
            ["Greater"] = c => [c[0] > c[1]],
            ["GreaterOrEqual"] = c => [c[0] >= c[1]],
            ["Less"] = c => [c[0] < c[1]],
            ["LessOrEqual"] = c => [c[0] <= c[1]],
            ["And"] = c => [c[0] & c[1]],
            ["Or"] = c => [c[0] | c[1]],
            ["Xor"] = c => [c[0] ^ c[1]],
            ["Not"] = c => [!c[0]],
            ["Where"] = c => [Tensor.Where(c[0], c[1], c[2])],
            ["IsNaN"] = c => [c[0].IsNaN()],
            ["IsInf"] = IsInfinite,
            ["Clip"] = Clip,
            ["Mod"] = c => [c.Flag("fmod") ? c[0] % c[1] : c[0].Modulo(c[1])],
            ["BitShift"] = BitShift,
            ["Identity"] = c => [c[0]],
            ["Cast"] = c => [c[0].Cast(OnnxTensor.Element(c.Int("to", 0)))],
            ["CastLike"] = c => [c[0].Cast(c[1].ElementType)],
        },
        Reasons = new[] { "Acos", "Asin", "Atan" }.ToDictionary(name => name, _ => "the table of functions has no angle of a ratio"),
        Tests = new()
        {
            ["test_identity_opt"] = "an optional value",
            ["test_identity_sequence"] = "a sequence",
            ["test_cast_BFLOAT16_to_FLOAT"] = BFloat16,
            ["test_cast_FLOAT_to_BFLOAT16"] = BFloat16,
            ["test_castlike_BFLOAT16_to_FLOAT"] = BFloat16,
            ["test_castlike_BFLOAT16_to_FLOAT_expanded"] = BFloat16,
            ["test_castlike_FLOAT_to_BFLOAT16"] = BFloat16,
            ["test_castlike_FLOAT_to_BFLOAT16_expanded"] = BFloat16,
            ["test_cast_FLOAT_to_STRING"] = "text",
            ["test_cast_STRING_to_FLOAT"] = "text",
            ["test_castlike_FLOAT_to_STRING"] = "text",
            ["test_castlike_FLOAT_to_STRING_expanded"] = "text",
            ["test_castlike_STRING_to_FLOAT"] = "text",
            ["test_castlike_STRING_to_FLOAT_expanded"] = "text",
        },
    };

    // The result has the type of the base. An exponent of another type is taken to it, or both to double where it has a fraction.
    static Tensor Power(Tensor x, Tensor y) => x.ElementType == y.ElementType || !y.ElementType.IsFloating()
        ? x.Power(y.Cast(x.ElementType))
        : x.Cast(ElementType.Float64).Power(y.Cast(ElementType.Float64)).Cast(x.ElementType);

    static Tensor[] IsInfinite(OnnxCall c)
    {
        var truths = new List<Tensor>();
        if (c.Flag("detect_positive", true))
        {
            truths.Add(c[0].EqualTo(double.PositiveInfinity));
        }

        if (c.Flag("detect_negative", true))
        {
            truths.Add(c[0].EqualTo(double.NegativeInfinity));
        }

        return [truths.Aggregate((x, y) => x | y)];
    }

    // Bounds are attributes before version 11 and values after it, where either may be absent.
    static Tensor[] Clip(OnnxCall c)
    {
        var x = c[0];
        if (c.Opset < 11)
        {
            return [x.Clip(c.Float("min", float.MinValue), c.Float("max", float.MaxValue))];
        }

        return x.ElementType.IsFloating() && c.Numbers(1) is [var low] && c.Numbers(2) is [var high] && low <= high
            ? [x.Clip(low, high)] : [x.Clip(c.Optional(1), c.Optional(2))];
    }

    // Of unsigned integers: a product with a power of two that wraps round, or a quotient.
    static Tensor[] BitShift(OnnxCall c)
    {
        var power = Tensor.Constant(2, c[0].ElementType).Power(c[1]);
        return [c.Text("direction", "") == "LEFT" ? c[0] * power : c[0].FloorDivide(power)];
    }
}
