using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>The constants of one step of stochastic gradient descent, as in torch.optim.SGD.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Momentum">What is kept of the velocity; 0 for none.</param>
/// <param name="Dampening">What is withheld of the gradient when it enters the velocity.</param>
/// <param name="WeightDecay">Times the weight is added to the gradient.</param>
/// <param name="Nesterov">Whether the step looks ahead along the velocity.</param>
/// <param name="GradientScale">Times every gradient first: 1, or what clipping the global norm asks for.</param>
internal readonly record struct SgdStep(float LearningRate, float Momentum, float Dampening, float WeightDecay, bool Nesterov,
    float GradientScale = 1f);

/// <summary>The constants of one step of Adam, as in torch.optim.Adam and AdamW.</summary>
/// <param name="LearningRate">The step's length.</param>
/// <param name="Beta1">What is kept of the first moment.</param>
/// <param name="Beta2">What is kept of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Times the weight is added to the gradient, or, decoupled, times the learning rate is taken off the
/// weight.</param>
/// <param name="Decoupled">Whether weight decay leaves the moments alone (AdamW).</param>
/// <param name="Correction1">1 − Beta1^step.</param>
/// <param name="Correction2">1 − Beta2^step.</param>
/// <param name="GradientScale">Times every gradient first.</param>
internal readonly record struct AdamStep(float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, bool Decoupled,
    float Correction1, float Correction2, float GradientScale = 1f)
{
    /// <summary>The constants of step number <paramref name="step"/>, counted from 1; the corrections are computed in double.</summary>
    public static AdamStep Number(long step, double learningRate, double beta1, double beta2, double epsilon, double weightDecay,
        bool decoupled, float gradientScale = 1f) =>
        new((float)learningRate, (float)beta1, (float)beta2, (float)epsilon, (float)weightDecay, decoupled,
            (float)(1 - Power(beta1, step)), (float)(1 - Power(beta2, step)), gradientScale);

    /// <summary>An integral power by squaring: the same bits on every machine, which the C library's pow does not promise.</summary>
    static double Power(double x, long n)
    {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
            if ((n & 1) != 0) power *= x;
        return power;
    }
}

/// <summary>
/// Optimizer updates, each in one pass over weights, gradients and moments. They work in place; a range may be cut anywhere.
/// </summary>
internal static unsafe class OptimizerLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>
    /// g = s·g + decay·w; v = momentum·v + (1 − dampening)·g; w −= rate·(nesterov ? g + momentum·v : v). Without momentum v may be null.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Sgd<T>(float* gradient, nint count, SgdStep step, float* velocity, float* weight) where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), decay = T.Create(step.WeightDecay), rate = T.Create(-step.LearningRate);
        T momentum = T.Create(step.Momentum), enters = T.Create(1f - step.Dampening);
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            bool whole = n == T.Count;
            var w = whole ? T.Load(weight + i) : T.Load(weight + i, n, 0f);
            var g = T.Fma(decay, w, scale * (whole ? T.Load(gradient + i) : T.Load(gradient + i, n, 0f)));
            if (velocity != null)
            {
                var v = T.Fma(momentum, whole ? T.Load(velocity + i) : T.Load(velocity + i, n, 0f), enters * g);
                if (whole) T.Store(v, velocity + i);
                else T.Store(v, velocity + i, n);
                g = step.Nesterov ? T.Fma(momentum, v, g) : v;
            }
            w = T.Fma(rate, g, w);
            if (whole) T.Store(w, weight + i);
            else T.Store(w, weight + i, n);
        }
    }

    /// <summary>
    /// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w −= rate·(m/c₁)/(√(v/c₂) + ε), where c are the corrections.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Adam<T>(float* gradient, nint count, AdamStep step, float* first, float* second, float* weight)
        where T : unmanaged, IVec<T>
    {
        T scale = T.Create(step.GradientScale), coupled = T.Create(step.Decoupled ? 0f : step.WeightDecay);
        T keep = T.Create(step.Decoupled ? 1f - step.LearningRate * step.WeightDecay : 1f);
        T beta1 = T.Create(step.Beta1), beta2 = T.Create(step.Beta2), enters1 = T.Create(1f - step.Beta1),
            enters2 = T.Create(1f - step.Beta2);
        T rate = T.Create(-step.LearningRate / step.Correction1), root = T.Create(MathF.Sqrt(step.Correction2)),
            epsilon = T.Create(step.Epsilon);
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count)
        {
            var w = T.Load(weight + i);
            var g = T.Fma(coupled, w, scale * T.Load(gradient + i));
            var m = T.Fma(beta1, T.Load(first + i), enters1 * g);
            var v = T.Fma(beta2, T.Load(second + i), enters2 * g * g);
            T.Store(m, first + i);
            T.Store(v, second + i);
            T.Store(T.Fma(rate, m / (T.Sqrt(v) / root + epsilon), keep * w), weight + i);
        }
        if (i < count)
        {
            nint n = count - i;
            var w = T.Load(weight + i, n, 0f);
            var g = T.Fma(coupled, w, scale * T.Load(gradient + i, n, 0f));
            var m = T.Fma(beta1, T.Load(first + i, n, 0f), enters1 * g);
            var v = T.Fma(beta2, T.Load(second + i, n, 0f), enters2 * g * g);
            T.Store(m, first + i, n);
            T.Store(v, second + i, n);
            T.Store(T.Fma(rate, m / (T.Sqrt(v) / root + epsilon), keep * w), weight + i, n);
        }
    }
}
