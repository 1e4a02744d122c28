using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>How the right operand of a binary function meets the left one, [rows, columns].</summary>
internal enum Broadcast : byte
{
    /// <summary>Both are of one size.</summary>
    None,
    /// <summary>One value.</summary>
    Scalar,
    /// <summary>One row of columns values for all rows.</summary>
    Row,
    /// <summary>One value for each row.</summary>
    Column,
}

/// <summary>Elementwise functions by name, on one vector width. Pieces may be cut anywhere; a cut changes no bits.</summary>
internal static unsafe class Elementwise<T> where T : unmanaged, IVec<T>
{
    /// <summary>y[i] = f(x[i]), with the function's constants p and q.</summary>
    public static void Unary(UnaryCode function, float p, float q, float* x, nint count, float* y) =>
        FunctionCodes.Visit(function, p, q, new UnaryUser(x, count, y));

    /// <summary>y = f(a, b), or f(b, a) when <paramref name="swapped"/>: a is [rows, columns], b is broadcast.</summary>
    public static void Binary(BinaryCode function, float* a, float* b, Broadcast broadcast, bool swapped, nint rows, nint columns,
        float* y) =>
        FunctionCodes.Visit(function, new BinaryUser(a, b, broadcast, swapped, rows, columns, y));

    /// <summary>
    /// y = compare(a, b) as bytes 0 and 1, or compare(b, a) when <paramref name="swapped"/>; b is one value or as many as a.
    /// </summary>
    public static void Compare(CompareCode function, float* a, float* b, bool scalar, bool swapped, nint count, byte* y) =>
        FunctionCodes.Visit(function, new CompareUser(a, b, scalar, swapped, count, y));

    /// <summary>y[i] = compare(a[i], b[i]) ? 1 : 0 as floats.</summary>
    public static void CompareToFloats(CompareCode function, float* a, float* b, nint count, float* y) =>
        FunctionCodes.Visit(function, new FloatCompareUser(a, b, count, y));

    readonly struct UnaryUser(float* x, nint count, float* y) : IUnaryUser
    {
        readonly float* _x = x, _y = y;
        public void Use<TBody>(TBody body) where TBody : struct, IUnaryBody => ElementwiseLoops.Unary<T, TBody>(_x, count, body, _y);
    }

    readonly struct BinaryUser(float* a, float* b, Broadcast broadcast, bool swapped, nint rows, nint columns, float* y) : IBinaryUser
    {
        readonly float* _a = a, _b = b, _y = y;

        public void Use<TBody>(TBody body) where TBody : struct, IBinaryBody
        {
            if (swapped) Run(new Swapped<TBody>(body));
            else Run(body);
        }

        void Run<TBody>(TBody body) where TBody : struct, IBinaryBody
        {
            switch (broadcast)
            {
                case Broadcast.None: ElementwiseLoops.Binary<T, TBody>(_a, _b, rows * columns, body, _y); break;
                case Broadcast.Scalar: ElementwiseLoops.BinaryScalar<T, TBody>(_a, *_b, rows * columns, body, _y); break;
                case Broadcast.Row: ElementwiseLoops.BinaryRow<T, TBody>(_a, _b, rows, columns, body, _y); break;
                case Broadcast.Column: ElementwiseLoops.BinaryColumn<T, TBody>(_a, _b, rows, columns, body, _y); break;
            }
        }
    }

    readonly struct CompareUser(float* a, float* b, bool scalar, bool swapped, nint count, byte* y) : ICompareUser
    {
        readonly float* _a = a, _b = b;
        readonly byte* _y = y;

        public void Use<TBody>(TBody body) where TBody : struct, ICompareBody
        {
            if (swapped) ElementwiseLoops.Compare<T, SwappedCompare<TBody>>(_a, _b, scalar, count, new(body), _y);
            else ElementwiseLoops.Compare<T, TBody>(_a, _b, scalar, count, body, _y);
        }
    }

    readonly struct FloatCompareUser(float* a, float* b, nint count, float* y) : ICompareUser
    {
        readonly float* _a = a, _b = b, _y = y;
        public void Use<TBody>(TBody body) where TBody : struct, ICompareBody =>
            ElementwiseLoops.Binary<T, OneWhere<TBody>>(_a, _b, count, new(body), _y);
    }

    /// <summary>A comparison as a function: 1 where it holds, else 0.</summary>
    readonly struct OneWhere<TBody>(TBody body) : IBinaryBody where TBody : struct, ICompareBody
    {
        readonly TBody _body = body;
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TV Apply<TV>(TV a, TV b) where TV : unmanaged, IVec<TV> => TV.And(_body.Apply(a, b), TV.Create(1f));
    }
}
