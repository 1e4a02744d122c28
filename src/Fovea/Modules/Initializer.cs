using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>Fills a new parameter: deterministic in (seed, path), the same on every platform.</summary>
public abstract class Initializer
{
    /// <summary>All zeros.</summary>
    public static Initializer Zeros { get; } = new Constant(0);

    /// <summary>All ones.</summary>
    public static Initializer Ones { get; } = new Constant(1);

    /// <summary>Normal with deviation √(2 / fan-in): for ReLU networks (He and others, 2015).</summary>
    public static Initializer He { get; } = new Scaled("he", (fanIn, _) => Math.Sqrt(2.0 / fanIn), normal: true);

    /// <summary>
    /// Normal with deviation √(2 / fan-out): it keeps the size of gradients, where <see cref="He"/> keeps that of values.
    /// </summary>
    public static Initializer HeFanOut { get; } = new Scaled("he-fan-out", (_, fanOut) => Math.Sqrt(2.0 / fanOut), normal: true);

    /// <summary>Uniform within ±√(6 / fan-in), which has the deviation of <see cref="He"/>.</summary>
    public static Initializer HeUniform { get; } = new Scaled("he-uniform", (fanIn, _) => Math.Sqrt(6.0 / fanIn), normal: false);

    /// <summary>Uniform within ±√(1 / fan-in), biases too: what PyTorch's layers begin with.</summary>
    public static Initializer PyTorch { get; } = new OfPyTorch();

    /// <summary>Uniform within ±√(6 / (fan-in + fan-out)): for tanh and sigmoid networks (Glorot and Bengio, 2010).</summary>
    public static Initializer Glorot { get; } = new Scaled("glorot", (fanIn, fanOut) => Math.Sqrt(6.0 / (fanIn + fanOut)), normal: false);

    /// <summary>Normal with deviation √(2 / (fan-in + fan-out)): <see cref="Glorot"/> of another distribution.</summary>
    public static Initializer GlorotNormal { get; } =
        new Scaled("glorot-normal", (fanIn, fanOut) => Math.Sqrt(2.0 / (fanIn + fanOut)), normal: true);

    /// <summary>Normal with deviation √(1 / fan-in) (LeCun and others, 1998).</summary>
    public static Initializer LeCun { get; } = new Scaled("lecun", (fanIn, _) => Math.Sqrt(1.0 / fanIn), normal: true);

    /// <summary>Uniform within ±√(3 / fan-in): <see cref="LeCun"/> of another distribution.</summary>
    public static Initializer LeCunUniform { get; } = new Scaled("lecun-uniform", (fanIn, _) => Math.Sqrt(3.0 / fanIn), normal: false);

    /// <summary>
    /// The identity: 1 where output and input are of one number, at the middle of the kernel, 0 elsewhere. A layer passes its input on.
    /// </summary>
    public static Initializer Identity { get; } = new Diagonal();

    /// <summary>
    /// Rows, an output each (or columns, where there are more rows), at right angles to one another, of length gain (Saxe and others,
    /// 2014).
    /// </summary>
    /// <param name="gain">√2 suits ReLU, 1 what is linear.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public static Initializer Orthogonal(double gain = 1) => double.IsFinite(gain)
        ? new Orthogonal(gain)
        : throw new ArgumentOutOfRangeException(nameof(gain), gain, "The gain is finite.");

    /// <summary>One number everywhere.</summary>
    public static Initializer Of(float value) => new Constant(value);

    /// <summary>Normal with mean 0.</summary>
    public static Initializer Normal(float deviation) => new Scaled("normal", (_, _) => deviation, normal: true);

    /// <summary>Uniform within ±limit.</summary>
    public static Initializer Uniform(float limit) => new Scaled("uniform", (_, _) => limit, normal: false);

    /// <summary>What fills the bias beside a weight that this one fills.</summary>
    /// <param name="fanIn">How many inputs an element of the output has.</param>
    internal virtual Initializer Bias(long fanIn) => Zeros;

    /// <summary>Fills the values, in row-major order.</summary>
    /// <param name="values">The parameter's elements.</param>
    /// <param name="sizes">Its sizes: outputs, inputs (per group), then the kernel.</param>
    /// <param name="seed">The seed of the whole model.</param>
    /// <param name="path">The parameter's path.</param>
    public abstract void Fill(Span<float> values, Dims sizes, ulong seed, string path);

    sealed class Constant(float value) : Initializer
    {
        public override void Fill(Span<float> values, Dims sizes, ulong seed, string path) => values.Fill(value);
    }

    sealed class OfPyTorch() : Scaled("pytorch", (fanIn, _) => Math.Sqrt(1.0 / fanIn), normal: false)
    {
        internal override Initializer Bias(long fanIn) => Uniform((float)Math.Sqrt(1.0 / fanIn));
    }

    sealed class Diagonal : Initializer
    {
        public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
        {
            values.Clear();
            if (sizes.Count < 2 || values.IsEmpty) return;
            int kernel = values.Length / sizes[0] / sizes[1], middle = 0;
            for (int axis = 2; axis < sizes.Count; axis++) middle = middle * sizes[axis] + sizes[axis] / 2;
            for (int i = 0; i < Math.Min(sizes[0], sizes[1]); i++) values[(i * sizes[1] + i) * kernel + middle] = 1;
        }

        public override string ToString() => "identity";
    }

    class Scaled(string name, Func<double, double, double> scale, bool normal) : Initializer
    {
        public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
        {
            long kernel = 1;
            for (int i = 2; i < sizes.Count; i++) kernel *= sizes[i];
            double fanIn = sizes.Count > 1 ? (double)sizes[1] * kernel : sizes.Product();
            double fanOut = sizes.Count > 0 ? (double)sizes[0] * kernel : 1;
            float factor = (float)scale(fanIn, fanOut);
            if (values.IsEmpty) return;
            var stream = PhiloxStream.Of(unchecked((long)seed), path);
            if (normal) Philox.FillNormal(values, stream, step: 0, firstSample: 0, sampleLength: values.Length);
            else Philox.FillUniform(values, stream, step: 0, firstSample: 0, sampleLength: values.Length);
            for (int i = 0; i < values.Length; i++) values[i] = normal ? values[i] * factor : (2 * values[i] - 1) * factor;
        }

        public override string ToString() => name;
    }
}
