using Fovea.Ops;

namespace Fovea;

/// <summary>The functions of tensors: every operator's, each in its operator's file.</summary>
public static partial class TensorFunctions
{
    /// <param name="x">The first operand.</param>
    extension(Tensor x)
    {
        /// <summary>x + y with broadcasting.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => Apply(BinaryFunction.Add, left, right);

        /// <summary>x + s.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => Apply(BinaryFunction.Add, left, right);

        /// <summary>s + x.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => Apply(BinaryFunction.Add, left, right);

        /// <summary>x − y with broadcasting.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => Apply(BinaryFunction.Subtract, left, right);

        /// <summary>x − s.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => Apply(BinaryFunction.Subtract, left, right);

        /// <summary>s − x.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Apply(BinaryFunction.Subtract, left, right);

        /// <summary>x · y with broadcasting.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => Apply(BinaryFunction.Multiply, left, right);

        /// <summary>x · s.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => Apply(BinaryFunction.Multiply, left, right);

        /// <summary>s · x.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => Apply(BinaryFunction.Multiply, left, right);

        /// <summary>x / y with broadcasting.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => Apply(BinaryFunction.Divide, left, right);

        /// <summary>x / s.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => Apply(BinaryFunction.Divide, left, right);

        /// <summary>s / x.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => Apply(BinaryFunction.Divide, left, right);

        /// <summary>−x.</summary>
        public static Tensor operator -(Tensor operand) => Tensor.Apply(new Unary(UnaryFunction.Negate), operand);

        /// <summary>x > y, as truth values.</summary>
        public static Tensor operator >(Tensor left, Tensor right) => Apply(BinaryFunction.Greater, left, right);

        /// <summary>x &lt; y, as truth values.</summary>
        public static Tensor operator <(Tensor left, Tensor right) => Apply(BinaryFunction.Less, left, right);

        /// <summary>x > s, as truth values.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => Apply(BinaryFunction.Greater, left, right);

        /// <summary>x &lt; s, as truth values.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => Apply(BinaryFunction.Less, left, right);

        /// <summary>x ≥ y, as truth values.</summary>
        public static Tensor operator >=(Tensor left, Tensor right) => Apply(BinaryFunction.GreaterOrEqual, left, right);

        /// <summary>x ≤ y, as truth values.</summary>
        public static Tensor operator <=(Tensor left, Tensor right) => Apply(BinaryFunction.LessOrEqual, left, right);

        /// <summary>x ≥ s, as truth values.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => Apply(BinaryFunction.GreaterOrEqual, left, right);

        /// <summary>x ≤ s, as truth values.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => Apply(BinaryFunction.LessOrEqual, left, right);

        /// <summary>x − y · (x / y towards zero), the rest with the sign of x, as C# has it for numbers.</summary>
        public static Tensor operator %(Tensor left, Tensor right) => Apply(BinaryFunction.Remainder, left, right);

        /// <summary>x − s · (x / s towards zero), the rest with the sign of x, as C# has it for numbers.</summary>
        public static Tensor operator %(Tensor left, Scalar right) => Apply(BinaryFunction.Remainder, left, right);

        /// <summary>Both, of truth values; of integers bit by bit.</summary>
        public static Tensor operator &(Tensor left, Tensor right) => Apply(BinaryFunction.And, left, right);

        /// <summary>Either, of truth values; of integers bit by bit.</summary>
        public static Tensor operator |(Tensor left, Tensor right) => Apply(BinaryFunction.Or, left, right);

        /// <summary>Exactly one, of truth values; of integers bit by bit.</summary>
        public static Tensor operator ^(Tensor left, Tensor right) => Apply(BinaryFunction.Xor, left, right);

        /// <summary>The opposite, of truth values.</summary>
        public static Tensor operator !(Tensor operand) => Apply(BinaryFunction.Xor, operand, Tensor.Constant(1, Tensors.ElementType.Bool));

        /// <summary>All bits the other way, of integers.</summary>
        public static Tensor operator ~(Tensor operand) => Apply(BinaryFunction.Xor, operand, AllBits(operand.ElementType));

        /// <summary>x = y element by element, as truth values. (The operator == compares references.)</summary>
        public Tensor EqualTo(Tensor y) => Apply(BinaryFunction.Equal, x, y);

        /// <summary>x = s element by element, as truth values.</summary>
        public Tensor EqualTo(Scalar y) => Apply(BinaryFunction.Equal, x, y);

        /// <summary>x ≠ y element by element, as truth values.</summary>
        public Tensor NotEqualTo(Tensor y) => Apply(BinaryFunction.NotEqual, x, y);

        /// <summary>x ≠ s element by element, as truth values.</summary>
        public Tensor NotEqualTo(Scalar y) => Apply(BinaryFunction.NotEqual, x, y);

        /// <summary>Where x is not a number, as truth values.</summary>
        public Tensor IsNaN() => Apply(BinaryFunction.NotEqual, x, x);

        /// <summary>Where x is ∞ or −∞, as truth values.</summary>
        public Tensor IsInfinite() => x.Abs().EqualTo(double.PositiveInfinity);

        /// <summary>Where x is neither infinite nor NaN, as truth values.</summary>
        public Tensor IsFinite() => x.Abs() < double.PositiveInfinity;

        /// <summary>⌊x / y⌋.</summary>
        public Tensor FloorDivide(Tensor y) => Apply(BinaryFunction.FloorDivide, x, y);

        /// <summary>⌊x / s⌋.</summary>
        public Tensor FloorDivide(Scalar y) => Apply(BinaryFunction.FloorDivide, x, y);

        /// <summary>x − y · ⌊x / y⌋: the rest has the sign of y, as in Python.</summary>
        public Tensor Modulo(Tensor y) => Apply(BinaryFunction.Modulo, x, y);

        /// <summary>x − s · ⌊x / s⌋: the rest has the sign of s, as in Python.</summary>
        public Tensor Modulo(Scalar y) => Apply(BinaryFunction.Modulo, x, y);

        /// <summary>xʸ.</summary>
        public Tensor Power(Tensor y) => Apply(BinaryFunction.Power, x, y);

        /// <summary>xˢ.</summary>
        public Tensor Power(Scalar y) => Apply(BinaryFunction.Power, x, y);

        /// <summary>The larger of two, element by element.</summary>
        public Tensor Maximum(Tensor y) => Apply(BinaryFunction.Maximum, x, y);

        /// <summary>The smaller of two, element by element.</summary>
        public Tensor Minimum(Tensor y) => Apply(BinaryFunction.Minimum, x, y);

        /// <summary>|x|.</summary>
        public Tensor Abs() => Tensor.Apply(new Unary(UnaryFunction.Abs), x);

        /// <summary>−1, 0 or 1.</summary>
        public Tensor Sign() => Tensor.Apply(new Unary(UnaryFunction.Sign), x);

        /// <summary>x².</summary>
        public Tensor Square() => Tensor.Apply(new Unary(UnaryFunction.Square), x);

        /// <summary>√x.</summary>
        public Tensor Sqrt() => Tensor.Apply(new Unary(UnaryFunction.Sqrt), x);

        /// <summary>eˣ.</summary>
        public Tensor Exp() => Tensor.Apply(new Unary(UnaryFunction.Exp), x);

        /// <summary>ln x.</summary>
        public Tensor Log() => Tensor.Apply(new Unary(UnaryFunction.Log), x);

        /// <summary>max(x, 0).</summary>
        public Tensor Relu() => Tensor.Apply(new Unary(UnaryFunction.Relu), x);

        /// <summary>1 where x > 0, else 0.</summary>
        public Tensor Step() => Tensor.Apply(new Unary(UnaryFunction.Step), x);

        /// <summary>tanh x.</summary>
        public Tensor Tanh() => Tensor.Apply(new Unary(UnaryFunction.Tanh), x);

        /// <summary>1 / (1 + e⁻ˣ).</summary>
        public Tensor Sigmoid() => Tensor.Apply(new Unary(UnaryFunction.Sigmoid), x);
    }

    static Tensor AllBits(Tensors.ElementType element) => Tensor.Constant(element switch
    {
        Tensors.ElementType.UInt8 => byte.MaxValue,
        Tensors.ElementType.UInt16 => ushort.MaxValue,
        Tensors.ElementType.UInt32 => uint.MaxValue,
        Tensors.ElementType.UInt64 => ulong.MaxValue,
        _ => -1,
    }, element);

    static Tensor Apply(BinaryFunction function, Tensor x, Tensor y) => Tensor.Apply(new Binary(function), x, y);

    static Tensor Apply(BinaryFunction function, Tensor x, Scalar y) => Apply(function, x, y.ToTensor(x.ElementType));

    static Tensor Apply(BinaryFunction function, Scalar x, Tensor y) => Apply(function, x.ToTensor(y.ElementType), y);
}
