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
}
