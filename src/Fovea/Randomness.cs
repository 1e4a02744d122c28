using Fovea.Ops;
using Fovea.Runtime;

namespace Fovea;

/// <summary>
/// Where random tensors come from. A number is addressed by (seed, stream, step, sample, element): the stream is the module's path and how
/// often that path has drawn before, the step and the first sample are data. So masks repeat when a step is computed again, and change from
/// step to step.
/// </summary>
public static class Randomness
{
    // Outside traces every drawing operation is a step of its own.
    static long _eagerStep;

    // What a compiled function reads and moves on by one when nobody gave it a counter.
    static readonly Variable Counter = new("random.counter", Tensor.From(0L, 0L), trainable: false);

    static ulong _seed;

    /// <summary>
    /// The seed of random tensors that are made from now on. Setting it starts the counters again, so that what follows repeats; a function
    /// that was traced before keeps the seed it was traced with.
    /// </summary>
    public static ulong Seed
    {
        get => _seed;
        set
        {
            _seed = value;
            Interlocked.Exchange(ref _eagerStep, 0);
            Counter.Assign(Tensor.From(0L, 0L));
        }
    }

    /// <summary>
    /// Lets random tensors of the running trace draw, from here on, by a counter of one's own: int64, 2: the step and the global index of
    /// the first sample. Streams are numbered afresh: parts of a batch that are computed one after the other draw what the whole batch
    /// would.
    /// </summary>
    /// <param name="counter">The step, and the index of the first sample.</param>
    /// <param name="seed">The seed; <see cref="Seed"/> if null.</param>
    /// <exception cref="InvalidOperationException">No trace is running.</exception>
    public static void Use(Tensor counter, ulong? seed = null)
    {
        ArgumentNullException.ThrowIfNull(counter);
        var trace = Trace.Current ?? throw new InvalidOperationException("A counter is given to a trace; none is running.");
        trace.DrawBy(counter, seed ?? Seed);
    }

    internal static Tensor Draw(Func<ulong, ulong, RandomOp> op)
    {
        string path = Graphs.Scope.Path;
        if (Trace.Current is not { } trace)
            return Tensor.Apply(op(Seed, StableHash.Of(path, 0)), Tensor.From(Interlocked.Increment(ref _eagerStep), 0L));
        if (trace.IsBody)
            throw new InvalidOperationException("A body of If, Loop or Scan draws random numbers, which would be the same in every turn: "
                + "draw them outside, one for each turn, and let Scan walk them.");
        if (trace.RandomCounter is null)
        {
            trace.DrawBy(Counter.Read(), Seed);
            Counter.Assign(Counter.Read() + Tensor.From(1L, 0L));
        }
        return Tensor.Apply(op(trace.RandomSeed, StableHash.Of(path, trace.NextCall(path))), trace.RandomCounter!);
    }
}

public static partial class TensorFunctions
{
    extension(Tensor)
    {
        /// <summary>Uniform random numbers in [0, 1): multiples of 2⁻²⁴.</summary>
        public static Tensor Uniform(params ReadOnlySpan<Dim> shape)
        {
            var sizes = new Shape(shape);
            return Randomness.Draw((seed, stream) => new RandomUniform(seed, stream, sizes));
        }

        /// <summary>Normal random numbers, mean 0, deviation 1.</summary>
        public static Tensor Normal(params ReadOnlySpan<Dim> shape)
        {
            var sizes = new Shape(shape);
            return Randomness.Draw((seed, stream) => new RandomNormal(seed, stream, sizes));
        }

        /// <summary>One value everywhere.</summary>
        public static Tensor Filled(Shape shape, double value, Tensors.ElementType element = Tensors.ElementType.Float32) =>
            Tensor.Constant(value, element).BroadcastTo(shape);

        /// <summary>Zeros.</summary>
        public static Tensor Zeros(params ReadOnlySpan<Dim> shape) => Tensor.Filled(new Shape(shape), 0);

        /// <summary>Ones.</summary>
        public static Tensor Ones(params ReadOnlySpan<Dim> shape) => Tensor.Filled(new Shape(shape), 1);
    }

    /// <param name="x">The input.</param>
    extension(Tensor x)
    {
        /// <summary>
        /// Sets a share of the elements to 0 and scales the others by 1 / (1 − share), so that the expected value stays (Srivastava and
        /// others, 2014). It always drops: modules call it in training only.
        /// </summary>
        /// <param name="share">How much is dropped, from 0 to less than 1.</param>
        public Tensor Dropout(float share)
        {
            if (!(share is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The dropped share lies in [0, 1).");
            if (share == 0) return x;
            var shape = x.Shape;
            return x * Randomness.Draw((seed, stream) => new RandomBernoulli(seed, stream, shape, 1 - share, 1 / (1 - share)));
        }

        /// <summary>
        /// Sets a share of the elements to what SELU gives for −∞, and then scales and shifts all, so that mean 0 and variance 1 stay
        /// (Klambauer and others, 2017). It always drops: modules call it in training only.
        /// </summary>
        /// <param name="share">How much is dropped, from 0 to less than 1.</param>
        public Tensor AlphaDropout(float share)
        {
            if (!(share is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The dropped share lies in [0, 1).");
            if (share == 0) return x;
            var shape = x.Shape;
            var kept = Randomness.Draw((seed, stream) => new RandomBernoulli(seed, stream, shape, 1 - share));
            const double least = -ActivationTable.SeluScale * ActivationTable.SeluAlpha;
            double scale = 1 / Math.Sqrt((1 - share) * (1 + share * least * least)), shift = -scale * share * least;
            return (x * kept + least * (1 - kept)) * scale + shift;
        }

        /// <summary>
        /// Sets a share of the channels of N, C, spatial to 0, each whole, and scales the others by 1 / (1 − share) (Tompson and others,
        /// 2015). It always drops: modules call it in training only.
        /// </summary>
        /// <param name="share">How much is dropped, from 0 to less than 1.</param>
        /// <exception cref="Errors.ShapeMismatchException">There is no channel axis.</exception>
        public Tensor ChannelDropout(float share)
        {
            if (!(share is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The dropped share lies in [0, 1).");
            if (x.Rank < 2) throw new Errors.ShapeMismatchException($"Channels are dropped of N, C and spatial axes, not of {x.Shape}.");
            if (share == 0) return x;
            var shape = x.Shape;
            for (int axis = 2; axis < x.Rank; axis++) shape = shape.With(axis, 1);
            return x * Randomness.Draw((seed, stream) => new RandomBernoulli(seed, stream, shape, 1 - share, 1 / (1 - share)));
        }
    }
}
