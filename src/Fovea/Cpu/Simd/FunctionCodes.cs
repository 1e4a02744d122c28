namespace Fovea.Cpu.Simd;

/// <summary>The elementwise functions of one argument; P and Q are constants that a call gives.</summary>
internal enum UnaryCode : byte
{
    /// <summary>x.</summary>
    Copy,
    /// <summary>−x.</summary>
    Negate,
    /// <summary>|x|.</summary>
    Abs,
    /// <summary>−1, 0 or 1.</summary>
    Sign,
    /// <summary>x².</summary>
    Square,
    /// <summary>x³.</summary>
    Cube,
    /// <summary>√x.</summary>
    Sqrt,
    /// <summary>1/√x.</summary>
    Rsqrt,
    /// <summary>1/x.</summary>
    Reciprocal,
    /// <summary>⌊x⌋.</summary>
    Floor,
    /// <summary>⌈x⌉.</summary>
    Ceiling,
    /// <summary>halves to even.</summary>
    Round,
    /// <summary>e^x.</summary>
    Exp,
    /// <summary>e^x − 1.</summary>
    Expm1,
    /// <summary>ln x.</summary>
    Log,
    /// <summary>ln(1 + x).</summary>
    Log1p,
    /// <summary>sin x.</summary>
    Sin,
    /// <summary>cos x.</summary>
    Cos,
    /// <summary>erf x.</summary>
    Erf,
    /// <summary>x &gt; 0 ? 1 : 0.</summary>
    Step,
    /// <summary>x = 0 ? 1 : 0.</summary>
    Not,
    /// <summary>NaN ? 1 : 0.</summary>
    IsNaN,
    /// <summary>min(max(x, P), Q).</summary>
    Clip,
    /// <summary>x^P.</summary>
    PowerConstant,
    /// <summary>max(0, x).</summary>
    Relu,
    /// <summary>x &gt; 0 ? x : P·x.</summary>
    LeakyRelu,
    /// <summary>1/(1 + e^−x).</summary>
    Sigmoid,
    /// <summary>tanh x.</summary>
    Tanh,
    /// <summary>ln(1 + e^x).</summary>
    Softplus,
    /// <summary>x/(1 + |x|).</summary>
    Softsign,
    /// <summary>x &gt; 0 ? x : P·(e^x − 1).</summary>
    Elu,
    /// <summary>x &gt; 0 ? x : P·(e^(x/P) − 1).</summary>
    Celu,
    /// <summary>Q·(x &gt; 0 ? x : P·(e^x − 1)).</summary>
    Selu,
    /// <summary>x·Φ(x).</summary>
    Gelu,
    /// <summary>the older approximation of GELU.</summary>
    GeluTanh,
    /// <summary>x·sigmoid x.</summary>
    Silu,
    /// <summary>x·min(max(x + 3, 0), 6)/6.</summary>
    HardSwish,
    /// <summary>min(max(P·x + Q, 0), 1).</summary>
    HardSigmoid,
    /// <summary>x·tanh(softplus x).</summary>
    Mish,
}

/// <summary>The elementwise functions of two arguments.</summary>
internal enum BinaryCode : byte
{
    /// <summary>a + b.</summary>
    Add,
    /// <summary>a − b.</summary>
    Subtract,
    /// <summary>a·b.</summary>
    Multiply,
    /// <summary>a/b.</summary>
    Divide,
    /// <summary>the larger, NaN if either is.</summary>
    Maximum,
    /// <summary>the smaller, NaN if either is.</summary>
    Minimum,
    /// <summary>a^b.</summary>
    Power,
    /// <summary>b &gt; 0 ? a : 0.</summary>
    Mask,
    /// <summary>a &gt; 0 ? a : b·a.</summary>
    PRelu,
}

/// <summary>The elementwise comparisons; with NaN all are false but NotEqual.</summary>
internal enum CompareCode : byte
{
    /// <summary>a = b.</summary>
    Equal,
    /// <summary>a ≠ b.</summary>
    NotEqual,
    /// <summary>a &lt; b.</summary>
    Less,
    /// <summary>a ≤ b.</summary>
    LessOrEqual,
    /// <summary>a &gt; b.</summary>
    Greater,
    /// <summary>a ≥ b.</summary>
    GreaterOrEqual,
}

/// <summary>What is done with the body behind a <see cref="UnaryCode"/>.</summary>
internal interface IUnaryUser
{
    void Use<TBody>(TBody body) where TBody : struct, IUnaryBody;
}

/// <summary>What is done with the body behind a <see cref="BinaryCode"/>.</summary>
internal interface IBinaryUser
{
    void Use<TBody>(TBody body) where TBody : struct, IBinaryBody;
}

/// <summary>What is done with the body behind a <see cref="CompareCode"/>.</summary>
internal interface ICompareUser
{
    void Use<TBody>(TBody body) where TBody : struct, ICompareBody;
}

/// <summary>From a function's name to its body: the one place where the two meet. A switch a piece of work, none an element.</summary>
internal static class FunctionCodes
{
    /// <summary>Hands the function's body to the user.</summary>
    public static void Visit<TUser>(UnaryCode function, float p, float q, in TUser user) where TUser : struct, IUnaryUser
    {
        switch (function)
        {
            case UnaryCode.Copy: user.Use(default(CopyBody)); return;
            case UnaryCode.Negate: user.Use(default(NegateBody)); return;
            case UnaryCode.Abs: user.Use(default(AbsBody)); return;
            case UnaryCode.Sign: user.Use(default(SignBody)); return;
            case UnaryCode.Square: user.Use(default(SquareBody)); return;
            case UnaryCode.Cube: user.Use(default(CubeBody)); return;
            case UnaryCode.Sqrt: user.Use(default(SqrtBody)); return;
            case UnaryCode.Rsqrt: user.Use(default(RsqrtBody)); return;
            case UnaryCode.Reciprocal: user.Use(default(ReciprocalBody)); return;
            case UnaryCode.Floor: user.Use(default(FloorBody)); return;
            case UnaryCode.Ceiling: user.Use(default(CeilingBody)); return;
            case UnaryCode.Round: user.Use(default(RoundBody)); return;
            case UnaryCode.Exp: user.Use(default(ExpBody)); return;
            case UnaryCode.Expm1: user.Use(default(Expm1Body)); return;
            case UnaryCode.Log: user.Use(default(LogBody)); return;
            case UnaryCode.Log1p: user.Use(default(Log1pBody)); return;
            case UnaryCode.Sin: user.Use(default(SinBody)); return;
            case UnaryCode.Cos: user.Use(default(CosBody)); return;
            case UnaryCode.Erf: user.Use(default(ErfBody)); return;
            case UnaryCode.Step: user.Use(default(StepBody)); return;
            case UnaryCode.Not: user.Use(default(NotBody)); return;
            case UnaryCode.IsNaN: user.Use(default(IsNaNBody)); return;
            case UnaryCode.Clip: user.Use(new ClipBody(p, q)); return;
            case UnaryCode.PowerConstant: user.Use(new PowerConstantBody(p)); return;
            case UnaryCode.Relu: user.Use(default(ReluBody)); return;
            case UnaryCode.LeakyRelu: user.Use(new LeakyReluBody(p)); return;
            case UnaryCode.Sigmoid: user.Use(default(SigmoidBody)); return;
            case UnaryCode.Tanh: user.Use(default(TanhBody)); return;
            case UnaryCode.Softplus: user.Use(default(SoftplusBody)); return;
            case UnaryCode.Softsign: user.Use(default(SoftsignBody)); return;
            case UnaryCode.Elu: user.Use(new EluBody(p)); return;
            case UnaryCode.Celu: user.Use(new CeluBody(p)); return;
            case UnaryCode.Selu: user.Use(new SeluBody(p, q)); return;
            case UnaryCode.Gelu: user.Use(default(GeluBody)); return;
            case UnaryCode.GeluTanh: user.Use(default(GeluTanhBody)); return;
            case UnaryCode.Silu: user.Use(default(SiluBody)); return;
            case UnaryCode.HardSwish: user.Use(default(HardSwishBody)); return;
            case UnaryCode.HardSigmoid: user.Use(new HardSigmoidBody(p, q)); return;
            case UnaryCode.Mish: user.Use(default(MishBody)); return;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, "No such function.");
        }
    }

    /// <inheritdoc cref="Visit{TUser}(UnaryCode, float, float, in TUser)"/>
    public static void Visit<TUser>(BinaryCode function, in TUser user) where TUser : struct, IBinaryUser
    {
        switch (function)
        {
            case BinaryCode.Add: user.Use(default(AddBody)); return;
            case BinaryCode.Subtract: user.Use(default(SubtractBody)); return;
            case BinaryCode.Multiply: user.Use(default(MultiplyBody)); return;
            case BinaryCode.Divide: user.Use(default(DivideBody)); return;
            case BinaryCode.Maximum: user.Use(default(MaximumBody)); return;
            case BinaryCode.Minimum: user.Use(default(MinimumBody)); return;
            case BinaryCode.Power: user.Use(default(PowerBody)); return;
            case BinaryCode.Mask: user.Use(default(MaskBody)); return;
            case BinaryCode.PRelu: user.Use(default(PReluBody)); return;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, "No such function.");
        }
    }

    /// <inheritdoc cref="Visit{TUser}(UnaryCode, float, float, in TUser)"/>
    public static void Visit<TUser>(CompareCode function, in TUser user) where TUser : struct, ICompareUser
    {
        switch (function)
        {
            case CompareCode.Equal: user.Use(default(EqualBody)); return;
            case CompareCode.NotEqual: user.Use(default(NotEqualBody)); return;
            case CompareCode.Less: user.Use(default(LessBody)); return;
            case CompareCode.LessOrEqual: user.Use(default(LessOrEqualBody)); return;
            case CompareCode.Greater: user.Use(default(GreaterBody)); return;
            case CompareCode.GreaterOrEqual: user.Use(default(GreaterOrEqualBody)); return;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, "No such function.");
        }
    }
}
