using Fovea.Cpu.Simd;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RmsNormalizationGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of root-mean-square normalisation, row by row.</summary>
sealed class Vector<T> : RowNormalizationGradient<Ops.RmsNormalizationGradient, T> where T : unmanaged, IVec<T>
{
    protected override (int Axis, bool Centred, float Epsilon) Rule(Ops.RmsNormalizationGradient op) => (op.Axis, false, op.Epsilon);
}
