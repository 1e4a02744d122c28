using System.Globalization;

namespace Fovea.Modules;

/// <summary>max(x, 0).</summary>
public sealed class Relu() : Lambda("Relu", x => x.Relu());

/// <summary>tanh x.</summary>
public sealed class Tanh() : Lambda("Tanh", x => x.Tanh());

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid() : Lambda("Sigmoid", x => x.Sigmoid());

/// <summary>min(max(x, 0), 6).</summary>
public sealed class Relu6() : Lambda("Relu6", x => x.Relu6());

/// <summary>x where x > 0, else slope · x.</summary>
/// <param name="slope">The slope of the negative side.</param>
public sealed class LeakyRelu(double slope = 0.01) : Lambda($"LeakyRelu({slope.ToString(CultureInfo.InvariantCulture)})",
    x => x.LeakyRelu(slope));

/// <summary>x where x > 0, else alpha · (eˣ − 1).</summary>
/// <param name="alpha">How far the negative side goes.</param>
public sealed class Elu(double alpha = 1) : Lambda($"Elu({alpha.ToString(CultureInfo.InvariantCulture)})", x => x.Elu(alpha));

/// <summary>x where x > 0, else alpha · (e^(x / alpha) − 1).</summary>
/// <param name="alpha">How far the negative side goes.</param>
public sealed class Celu(double alpha = 1) : Lambda($"Celu({alpha.ToString(CultureInfo.InvariantCulture)})", x => x.Celu(alpha));

/// <summary>1.0507 · (x where x > 0, else 1.67326 · (eˣ − 1)): mean 0 and variance 1 are its fixed point.</summary>
public sealed class Selu() : Lambda("Selu", x => x.Selu());

/// <summary>x · Φ(x), Φ the normal distribution.</summary>
/// <param name="approximate">The older approximation by tanh.</param>
public sealed class Gelu(bool approximate = false) : Lambda(approximate ? "Gelu(tanh)" : "Gelu", x => x.Gelu(approximate));

/// <summary>x / (1 + e⁻ˣ), also called swish.</summary>
public sealed class Silu() : Lambda("Silu", x => x.Silu());

/// <summary>x · tanh(ln(1 + eˣ)).</summary>
public sealed class Mish() : Lambda("Mish", x => x.Mish());

/// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
public sealed class HardSwish() : Lambda("HardSwish", x => x.HardSwish());

/// <summary>min(max(x / 6 + 1/2, 0), 1).</summary>
public sealed class HardSigmoid() : Lambda("HardSigmoid", x => x.HardSigmoid());

/// <summary>min(max(x, low), high).</summary>
/// <param name="low">The least value.</param>
/// <param name="high">The largest value.</param>
public sealed class HardTanh(double low = -1, double high = 1) : Lambda(
    low == -1 && high == 1 ? "HardTanh" : string.Create(CultureInfo.InvariantCulture, $"HardTanh({low}, {high})"),
    x => x.HardTanh(low, high));

/// <summary>ln(1 + eˣ).</summary>
public sealed class Softplus() : Lambda("Softplus", x => x.Softplus());

/// <summary>x / (1 + |x|).</summary>
public sealed class Softsign() : Lambda("Softsign", x => x.Softsign());

/// <summary>eˣ / Σ eˣ along an axis: positive numbers that sum to 1. The loss of cross-entropy takes the values before it.</summary>
/// <param name="axis">The axis; negative ones count from the end.</param>
public sealed class Softmax(int axis = -1) : Lambda($"Softmax({axis.ToString(CultureInfo.InvariantCulture)})", x => x.Softmax(axis));

/// <summary>x − ln Σ eˣ along an axis.</summary>
/// <param name="axis">The axis; negative ones count from the end.</param>
public sealed class LogSoftmax(int axis = -1)
    : Lambda($"LogSoftmax({axis.ToString(CultureInfo.InvariantCulture)})", x => x.LogSoftmax(axis));

/// <summary>a · sigmoid(b), where a and b are the two halves of the input along an axis (Dauphin and others, 2017).</summary>
/// <param name="axis">The axis, of even size; negative ones count from the end. The channels are axis 1.</param>
public sealed class Glu(int axis = -1) : Lambda($"Glu({axis.ToString(CultureInfo.InvariantCulture)})", x => x.Glu(axis));

/// <summary>The largest of so many neighbouring channels, of which one is left (Goodfellow and others, 2013).</summary>
/// <param name="pieces">How many channels are joined into one; they divide C.</param>
/// <param name="axis">The axis of the channels; negative ones count from the end.</param>
public sealed class Maxout(int pieces, int axis = 1)
    : Lambda($"Maxout({pieces.ToString(CultureInfo.InvariantCulture)})", x => x.Maxout(pieces, axis));
