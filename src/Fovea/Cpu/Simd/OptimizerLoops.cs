using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>The constants of one step of stochastic gradient descent, as in torch.optim.SGD.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Momentum">What is kept of the velocity; 0 for none.</param>
/// <param name="WeightDecay">Times the parameter is added to the gradient.</param>
/// <param name="Nesterov">Whether the step looks ahead along the velocity.</param>
/// <param name="GradientScale">Times every gradient first: 1, or what clipping the global norm asks for.</param>
internal readonly record struct SgdStep(float LearningRate, float Momentum, float WeightDecay, bool Nesterov, float GradientScale = 1f);

/// <summary>The constants of one step of Adam, as in torch.optim.Adam and AdamW.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Beta1">What is kept of the first moment.</param>
/// <param name="Beta2">What is kept of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Times the parameter is added to the gradient, or, decoupled, times the learning rate is taken off it.</param>
/// <param name="Decoupled">Whether weight decay leaves the moments alone (AdamW).</param>
/// <param name="Correction1">1 − Beta1^step.</param>
/// <param name="Correction2">1 − Beta2^step.</param>
/// <param name="GradientScale">Times every gradient first.</param>
internal readonly record struct AdamStep(float LearningRate, double Beta1, double Beta2, float Epsilon, float WeightDecay, bool Decoupled,
    double Correction1, double Correction2, float GradientScale = 1f);

/// <summary>The constants of one step of RMSprop, as in torch.optim.RMSprop.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Alpha">What is kept of the means.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Momentum">What is kept of the velocity.</param>
/// <param name="WeightDecay">Times the parameter is added to the gradient.</param>
/// <param name="GradientScale">Times every gradient first.</param>
internal readonly record struct RmsPropStep(
    float LearningRate, double Alpha, float Epsilon, float Momentum, float WeightDecay, float GradientScale = 1f);

/// <summary>The constants of one step of Adadelta, as in torch.optim.Adadelta.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Rho">What is kept of the means.</param>
/// <param name="Epsilon">Added inside both roots.</param>
/// <param name="WeightDecay">Times the parameter is added to the gradient.</param>
/// <param name="GradientScale">Times every gradient first.</param>
internal readonly record struct AdadeltaStep(float LearningRate, double Rho, float Epsilon, float WeightDecay, float GradientScale = 1f);

/// <summary>
/// Optimizer updates, each in one pass over parameters, gradients and moments. A destination may be its source; a range may be cut
/// anywhere.
/// </summary>
internal static unsafe class OptimizerLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>
    /// g = scale·gradient + decay·p; v = momentum·v + g; p −= rate·(nesterov ? g + momentum·v : v). Without momentum no v is touched.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Sgd<T>(float* parameter, float* gradient, float* velocity, nint count, SgdStep step, float* newParameter,
        float* newVelocity)
        where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), decay = T.Create(step.WeightDecay), rate = T.Create(-step.LearningRate);
        var momentum = T.Create(step.Momentum);
        bool moves = step.Momentum != 0;
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            bool whole = n == T.Count;
            var p = whole ? T.Load(parameter + i) : T.Load(parameter + i, n, 0f);
            var g = T.Fma(decay, p, scale * (whole ? T.Load(gradient + i) : T.Load(gradient + i, n, 0f)));
            if (moves)
            {
                var v = T.Fma(momentum, whole ? T.Load(velocity + i) : T.Load(velocity + i, n, 0f), g);
                if (whole) T.Store(v, newVelocity + i);
                else T.Store(v, newVelocity + i, n);
                g = step.Nesterov ? T.Fma(momentum, v, g) : v;
            }
            p = T.Fma(rate, g, p);
            if (whole) T.Store(p, newParameter + i);
            else T.Store(p, newParameter + i, n);
        }
    }

    /// <summary>m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= rate/c₁·m/(√v/√c₂ + ε), where c are the corrections.</summary>
    [MethodImpl(Loop)]
    public static void Adam<T>(float* parameter, float* gradient, float* first, float* second, nint count, AdamStep step,
        float* newParameter, float* newFirst, float* newSecond) where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), coupled = T.Create(step.Decoupled ? 0f : step.WeightDecay);
        T keep = T.Create(step.Decoupled ? 1f - step.LearningRate * step.WeightDecay : 1f);
        T beta1 = T.Create((float)step.Beta1), enters1 = T.Create((float)(1 - step.Beta1));
        T beta2 = T.Create((float)step.Beta2), enters2 = T.Create((float)(1 - step.Beta2));
        // √v/√c₂ as a product: a division an element is enough.
        T rate = T.Create(-(float)(step.LearningRate / step.Correction1)), root = T.Create((float)(1 / Math.Sqrt(step.Correction2)));
        T epsilon = T.Create(step.Epsilon);
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count)
        {
            var p = T.Load(parameter + i);
            var g = T.Fma(coupled, p, scale * T.Load(gradient + i));
            var m = T.Fma(beta1, T.Load(first + i), enters1 * g);
            var v = T.Fma(beta2, T.Load(second + i), enters2 * g * g);
            T.Store(m, newFirst + i);
            T.Store(v, newSecond + i);
            T.Store(T.Fma(rate, m / T.Fma(T.Sqrt(v), root, epsilon), keep * p), newParameter + i);
        }
        if (i < count)
        {
            nint n = count - i;
            var p = T.Load(parameter + i, n, 0f);
            var g = T.Fma(coupled, p, scale * T.Load(gradient + i, n, 0f));
            var m = T.Fma(beta1, T.Load(first + i, n, 0f), enters1 * g);
            var v = T.Fma(beta2, T.Load(second + i, n, 0f), enters2 * g * g);
            T.Store(m, newFirst + i, n);
            T.Store(v, newSecond + i, n);
            T.Store(T.Fma(rate, m / T.Fma(T.Sqrt(v), root, epsilon), keep * p), newParameter + i, n);
        }
    }

    /// <summary>
    /// s = αs + (1 − α)g²; a = αa + (1 − α)g; u = g/(√(s − a²) + ε); v = momentum·v + u; p −= rate·v. Without <paramref name="mean"/> a
    /// is 0, without <paramref name="velocity"/> v is u.
    /// </summary>
    [MethodImpl(Loop)]
    public static void RmsProp<T>(float* parameter, float* gradient, float* squares, float* mean, float* velocity, nint count,
        RmsPropStep step, float* newParameter, float* newSquares, float* newMean, float* newVelocity) where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), decay = T.Create(step.WeightDecay), rate = T.Create(-step.LearningRate);
        T alpha = T.Create((float)step.Alpha), enters = T.Create((float)(1 - step.Alpha)), epsilon = T.Create(step.Epsilon);
        T momentum = T.Create(step.Momentum), none = T.Create(0f);
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            // All is read before anything is written: an output may lie over any input.
            T p = Load<T>(parameter + i, n), a = mean == null ? none : Load<T>(mean + i, n);
            var v = velocity == null ? none : Load<T>(velocity + i, n);
            var g = T.Fma(decay, p, scale * Load<T>(gradient + i, n));
            var s = T.Fma(alpha, Load<T>(squares + i, n), enters * g * g);
            Store(s, newSquares + i, n);
            if (mean != null)
            {
                a = T.Fma(alpha, a, enters * g);
                Store(a, newMean + i, n);
                // Rounding may leave a little less than none; a NaN passes.
                s = T.MaxNative(none, T.Fma(-a, a, s));
            }
            var u = g / (T.Sqrt(s) + epsilon);
            if (velocity != null)
            {
                u = T.Fma(momentum, v, u);
                Store(u, newVelocity + i, n);
            }
            Store(T.Fma(rate, u, p), newParameter + i, n);
        }
    }

    /// <summary>s = ρs + (1 − ρ)g²; u = √(d + ε)/√(s + ε)·g; d = ρd + (1 − ρ)u²; p −= rate·u.</summary>
    [MethodImpl(Loop)]
    public static void Adadelta<T>(float* parameter, float* gradient, float* squares, float* steps, nint count, AdadeltaStep step,
        float* newParameter, float* newSquares, float* newSteps) where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), decay = T.Create(step.WeightDecay), rate = T.Create(-step.LearningRate);
        T rho = T.Create((float)step.Rho), enters = T.Create((float)(1 - step.Rho)), epsilon = T.Create(step.Epsilon);
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            var p = Load<T>(parameter + i, n);
            var d = Load<T>(steps + i, n);
            var g = T.Fma(decay, p, scale * Load<T>(gradient + i, n));
            var s = T.Fma(rho, Load<T>(squares + i, n), enters * g * g);
            var u = T.Sqrt(d + epsilon) / T.Sqrt(s + epsilon) * g;
            Store(s, newSquares + i, n);
            Store(T.Fma(rho, d, enters * u * u), newSteps + i, n);
            Store(T.Fma(rate, u, p), newParameter + i, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Load<T>(float* p, nint count) where T : unmanaged, IVec<T> => count == T.Count ? T.Load(p) : T.Load(p, count, 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<T>(T v, float* p, nint count) where T : unmanaged, IVec<T>
    {
        if (count == T.Count) T.Store(v, p);
        else T.Store(v, p, count);
    }
}
