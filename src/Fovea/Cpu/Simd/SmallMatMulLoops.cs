using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>The product of two small matrices, straight from memory: four rows at a time against one vector of columns.</summary>
internal static unsafe class SmallMatMulLoops
{
    /// <summary>y[m, n] = Σ over k ascending of left[m, k] · right[k, n], one accumulator each.</summary>
    /// <param name="left">The left matrix.</param>
    /// <param name="leftRow">From one of its rows to the next.</param>
    /// <param name="leftDepth">From one step of the sum to the next in it.</param>
    /// <param name="right">The right matrix; whole vectors may be read from every row's start on.</param>
    /// <param name="rightDepth">From one of its rows to the next.</param>
    /// <param name="rows">m.</param>
    /// <param name="columns">n.</param>
    /// <param name="depth">k.</param>
    /// <param name="y">Dense.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(float* left, nint leftRow, nint leftDepth, float* right, nint rightDepth, int rows, int columns,
        int depth, float* y) where T : unmanaged, IVec<T>
    {
        for (int column = 0; column < columns; column += T.Count)
        {
            int count = Math.Min(T.Count, columns - column), row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                T s0 = T.Create(0f), s1 = s0, s2 = s0, s3 = s0;
                float* a = left + row * leftRow, b = right + column;
                for (int k = 0; k < depth; k++, a += leftDepth, b += rightDepth)
                {
                    var v = T.Load(b);
                    s0 = T.Fma(T.Create(a[0]), v, s0);
                    s1 = T.Fma(T.Create(a[leftRow]), v, s1);
                    s2 = T.Fma(T.Create(a[2 * leftRow]), v, s2);
                    s3 = T.Fma(T.Create(a[3 * leftRow]), v, s3);
                }
                float* to = y + (nint)row * columns + column;
                Store(s0, to, count);
                Store(s1, to + columns, count);
                Store(s2, to + 2 * columns, count);
                Store(s3, to + 3 * columns, count);
            }
            for (; row < rows; row++)
            {
                var s = T.Create(0f);
                float* a = left + row * leftRow, b = right + column;
                for (int k = 0; k < depth; k++, a += leftDepth, b += rightDepth) s = T.Fma(T.Create(*a), T.Load(b), s);
                Store(s, y + (nint)row * columns + column, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<T>(T value, float* to, int count) where T : unmanaged, IVec<T>
    {
        if (count == T.Count) T.Store(value, to);
        else T.Store(value, to, count);
    }
}
