namespace Fovea.Modules;

/// <summary>max(x, 0).</summary>
public sealed class Relu() : Lambda("Relu", x => x.Relu());

/// <summary>tanh x.</summary>
public sealed class Tanh() : Lambda("Tanh", x => x.Tanh());

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid() : Lambda("Sigmoid", x => x.Sigmoid());
