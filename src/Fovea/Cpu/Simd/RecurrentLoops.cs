using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>The elementwise part of one step of one sequence in an LSTM or a GRU, forward and back; H is the size of a state.</summary>
internal static unsafe class RecurrentLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    /// <summary>c = σ(a₁)·c + σ(a₀)·tanh a₂, h = σ(a₃)·tanh c.</summary>
    /// <param name="sums">a, 4H; holds the gates afterwards.</param>
    /// <param name="size">H.</param>
    /// <param name="cell">c, read and written.</param>
    /// <param name="hidden">h.</param>
    /// <param name="output">h again.</param>
    /// <param name="kept">c again, or null.</param>
    [MethodImpl(Loop)]
    public static void Lstm<T>(float* sums, nint size, float* cell, float* hidden, float* output, float* kept)
        where T : unmanaged, IVec<T>
    {
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            float* at = sums + u;
            T i = VMath.Sigmoid(Load<T>(at, n)), f = VMath.Sigmoid(Load<T>(at + size, n));
            T g = VMath.Tanh(Load<T>(at + 2 * size, n)), o = VMath.Sigmoid(Load<T>(at + 3 * size, n));
            T c = T.Fma(f, Load<T>(cell + u, n), i * g), h = o * VMath.Tanh(c);
            Store(i, at, n);
            Store(f, at + size, n);
            Store(g, at + 2 * size, n);
            Store(o, at + 3 * size, n);
            Store(c, cell + u, n);
            Store(h, hidden + u, n);
            Store(h, output + u, n);
            if (kept != null) Store(c, kept + u, n);
        }
    }

    /// <summary>The gradient of <see cref="Lstm"/>: of the sums, and of the cell before.</summary>
    /// <param name="gates">The four gates, 4H.</param>
    /// <param name="size">H.</param>
    /// <param name="cell">c after the step.</param>
    /// <param name="before">c before the step.</param>
    /// <param name="gradOutput">The gradient of y.</param>
    /// <param name="gradHidden">That of h, from the step after.</param>
    /// <param name="gradCell">That of c, read and written.</param>
    /// <param name="gradSums">That of the sums, 4H.</param>
    [MethodImpl(Loop)]
    public static void LstmGradient<T>(float* gates, nint size, float* cell, float* before, float* gradOutput, float* gradHidden,
        float* gradCell, float* gradSums) where T : unmanaged, IVec<T>
    {
        var one = T.Create(1f);
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            float* from = gates + u, to = gradSums + u;
            T i = Load<T>(from, n), f = Load<T>(from + size, n), g = Load<T>(from + 2 * size, n), o = Load<T>(from + 3 * size, n);
            T tanh = VMath.Tanh(Load<T>(cell + u, n)), total = Load<T>(gradHidden + u, n) + Load<T>(gradOutput + u, n);
            T through = Load<T>(gradCell + u, n) + total * o * (one - tanh * tanh);
            Store(through * g * i * (one - i), to, n);
            Store(through * Load<T>(before + u, n) * f * (one - f), to + size, n);
            Store(through * i * (one - g * g), to + 2 * size, n);
            Store(total * tanh * o * (one - o), to + 3 * size, n);
            Store(through * f, gradCell + u, n);
        }
    }

    /// <summary>reset = σ(a₀ + s₀), in the place of s₀, and reset · h.</summary>
    [MethodImpl(Loop)]
    public static void GruReset<T>(float* a, float* s, nint size, float* hidden, float* resetHidden) where T : unmanaged, IVec<T>
    {
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            T reset = VMath.Sigmoid(Load<T>(a + u, n) + Load<T>(s + u, n));
            Store(reset, s + u, n);
            Store(reset * Load<T>(hidden + u, n), resetHidden + u, n);
        }
    }

    /// <summary>new = tanh(a₂ + reset·s₂), or of a₂ + s₂; h = new + σ(a₁ + s₁)·(h − new).</summary>
    /// <param name="a">The input's sums, 3H.</param>
    /// <param name="s">The state's sums, 3H; the first third holds reset where <paramref name="resetHidden"/> is given.</param>
    /// <param name="size">H.</param>
    /// <param name="resetHidden">reset · h, from <see cref="GruReset{T}"/>; null where reset multiplies s₂.</param>
    /// <param name="hidden">h, read and written.</param>
    /// <param name="output">h again.</param>
    /// <param name="kept">reset, update, new, and s₂ or reset · h, 4H; or null.</param>
    [MethodImpl(Loop)]
    public static void Gru<T>(float* a, float* s, nint size, float* resetHidden, float* hidden, float* output, float* kept)
        where T : unmanaged, IVec<T>
    {
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            T reset = Load<T>(s + u, n), product = Load<T>(s + 2 * size + u, n);
            if (resetHidden == null) reset = VMath.Sigmoid(Load<T>(a + u, n) + reset);
            T update = VMath.Sigmoid(Load<T>(a + size + u, n) + Load<T>(s + size + u, n)), sum = Load<T>(a + 2 * size + u, n);
            T fresh = VMath.Tanh(resetHidden == null ? T.Fma(reset, product, sum) : sum + product);
            T h = T.Fma(update, Load<T>(hidden + u, n) - fresh, fresh);
            Store(h, hidden + u, n);
            Store(h, output + u, n);
            if (kept == null) continue;
            Store(reset, kept + u, n);
            Store(update, kept + size + u, n);
            Store(fresh, kept + 2 * size + u, n);
            Store(resetHidden == null ? product : Load<T>(resetHidden + u, n), kept + 3 * size + u, n);
        }
    }

    /// <summary>The gradient of <see cref="Gru{T}"/>, but for reset where that needs a product first.</summary>
    /// <param name="kept">What the forward step kept, 4H.</param>
    /// <param name="size">H.</param>
    /// <param name="before">h before the step.</param>
    /// <param name="gradOutput">The gradient of y.</param>
    /// <param name="gradHidden">That of h; holds what passes straight on to the step before afterwards.</param>
    /// <param name="linear">Whether reset multiplied s₂.</param>
    /// <param name="gradA">That of the input's sums, 3H.</param>
    /// <param name="gradS">That of the state's sums, 3H.</param>
    [MethodImpl(Loop)]
    public static void GruGradient<T>(float* kept, nint size, float* before, float* gradOutput, float* gradHidden, bool linear,
        float* gradA, float* gradS) where T : unmanaged, IVec<T>
    {
        var one = T.Create(1f);
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            T reset = Load<T>(kept + u, n), update = Load<T>(kept + size + u, n), fresh = Load<T>(kept + 2 * size + u, n);
            T total = Load<T>(gradHidden + u, n) + Load<T>(gradOutput + u, n);
            T gradNew = total * (one - update) * (one - fresh * fresh);
            T gradUpdate = total * (Load<T>(before + u, n) - fresh) * update * (one - update);
            Store(gradNew, gradA + 2 * size + u, n);
            Store(linear ? gradNew * reset : gradNew, gradS + 2 * size + u, n);
            Store(gradUpdate, gradA + size + u, n);
            Store(gradUpdate, gradS + size + u, n);
            Store(total * update, gradHidden + u, n);
            if (!linear) continue;
            T gradReset = gradNew * Load<T>(kept + 3 * size + u, n) * reset * (one - reset);
            Store(gradReset, gradA + u, n);
            Store(gradReset, gradS + u, n);
        }
    }

    /// <summary>The gradient of <see cref="GruReset{T}"/>.</summary>
    /// <param name="reset">The gate.</param>
    /// <param name="size">H.</param>
    /// <param name="before">h before the step.</param>
    /// <param name="gradResetHidden">The gradient of reset · h.</param>
    /// <param name="gradHidden">That of h, to which is added.</param>
    /// <param name="gradA">That of the input's sums.</param>
    /// <param name="gradS">That of the state's sums.</param>
    [MethodImpl(Loop)]
    public static void GruResetGradient<T>(float* reset, nint size, float* before, float* gradResetHidden, float* gradHidden,
        float* gradA, float* gradS) where T : unmanaged, IVec<T>
    {
        var one = T.Create(1f);
        for (nint u = 0; u < size; u += T.Count)
        {
            nint n = Math.Min(T.Count, size - u);
            T r = Load<T>(reset + u, n), gradient = Load<T>(gradResetHidden + u, n);
            T gradReset = gradient * Load<T>(before + u, n) * r * (one - r);
            Store(gradReset, gradA + u, n);
            Store(gradReset, gradS + u, n);
            Store(T.Fma(gradient, r, Load<T>(gradHidden + u, n)), gradHidden + u, n);
        }
    }

    [MethodImpl(In)]
    static T Load<T>(float* p, nint n) where T : unmanaged, IVec<T> => n == T.Count ? T.Load(p) : T.Load(p, n, 0f);

    [MethodImpl(In)]
    static void Store<T>(T v, float* p, nint n) where T : unmanaged, IVec<T>
    {
        if (n == T.Count) T.Store(v, p);
        else T.Store(v, p, n);
    }
}
