using System.Runtime.InteropServices;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A value outside any graph: element type, sizes, and the elements in row-major order.</summary>
internal sealed record SampleValue(ElementType Element, Dims Sizes, byte[] Bytes)
{
    /// <summary>A value with a copy of the elements.</summary>
    public static SampleValue Of<T>(Dims sizes, params ReadOnlySpan<T> elements) where T : unmanaged
    {
        if (sizes.Product() != elements.Length)
            throw new ArgumentException($"{sizes} has {sizes.Product()} elements; {elements.Length} were given.");
        return new(ElementTypes.Of<T>(), sizes, MemoryMarshal.AsBytes(elements).ToArray());
    }

    /// <summary>A value of numbers from a function of the row-major index.</summary>
    public static SampleValue Fill<T>(Dims sizes, Func<int, T> element) where T : unmanaged =>
        Of<T>(sizes, [.. Enumerable.Range(0, (int)sizes.Product()).Select(element)]);

    /// <summary>Normal float32 numbers, from a fixed seed.</summary>
    public static SampleValue Normal(Dims sizes, int seed) => Normal<float>(sizes, seed);

    /// <summary>Normal numbers, from a fixed seed: the same in float (rounded) and double.</summary>
    public static SampleValue Normal<T>(Dims sizes, int seed) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var random = new Draws(seed);
        return Fill(sizes, _ => T.CreateChecked(random.Normal()));
    }

    /// <summary>The type, in row-major order.</summary>
    public TensorType Type => new(Element, Sizes);

    /// <summary>The elements in row-major order.</summary>
    public T[] To<T>() where T : unmanaged
    {
        Element.Check<T>();
        return MemoryMarshal.Cast<byte, T>(Bytes).ToArray();
    }

    /// <summary>The numbers that a sample's input stands for, always the same for a seed.</summary>
    public static SampleValue Draw(SampleInput input, int seed)
    {
        var sizes = input.Type.Shape.ToDims();
        int count = (int)sizes.Product();
        var random = new Draws(seed);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = input.Values switch
            {
                SampleValues.Positive => 0.5 + 1.5 * random.Next(),
                SampleValues.Distinct => (i - count / 2) * 0.05 + 0.025,
                SampleValues.Integers => input.From + Math.Floor(random.Next() * (input.To - input.From)),
                SampleValues.Small => random.Next() - 0.5,
                SampleValues.Truth => random.Next() < 0.5 ? 0 : 1,
                _ => random.Normal(),
            };
        }
        if (input.Values == SampleValues.Distinct)
        {
            for (int i = count - 1; i > 0; i--)
            {
                int other = (int)(random.Next() * (i + 1));
                (numbers[i], numbers[other]) = (numbers[other], numbers[i]);
            }
        }
        return From(input.Type.Element, sizes, numbers);
    }

    /// <summary>A value of an element type from numbers; floats round, truth is any number but 0.</summary>
    public static SampleValue From(ElementType element, Dims sizes, double[] numbers) => element switch
    {
        ElementType.Float32 => Fill(sizes, i => (float)numbers[i]),
        ElementType.Float64 => Fill(sizes, i => numbers[i]),
        ElementType.Float16 => Fill(sizes, i => (Half)numbers[i]),
        ElementType.Int8 => Fill(sizes, i => (sbyte)numbers[i]),
        ElementType.UInt8 => Fill(sizes, i => (byte)numbers[i]),
        ElementType.Int16 => Fill(sizes, i => (short)numbers[i]),
        ElementType.UInt16 => Fill(sizes, i => (ushort)numbers[i]),
        ElementType.Int32 => Fill(sizes, i => (int)numbers[i]),
        ElementType.UInt32 => Fill(sizes, i => (uint)numbers[i]),
        ElementType.Int64 => Fill(sizes, i => (long)numbers[i]),
        ElementType.UInt64 => Fill(sizes, i => (ulong)numbers[i]),
        ElementType.Bool => Fill(sizes, i => (byte)(numbers[i] != 0 ? 1 : 0)) with { Element = ElementType.Bool },
        _ => throw new UnsupportedOperatorException($"The conformance suite draws no numbers of {element}."),
    };

    /// <summary>The elements as numbers.</summary>
    public double[] Numbers() => Element switch
    {
        ElementType.Float32 => [.. To<float>()],
        ElementType.Float64 => To<double>(),
        ElementType.Float16 => [.. To<Half>().Select(v => (double)v)],
        ElementType.Int8 => [.. To<sbyte>()],
        ElementType.UInt8 or ElementType.Bool => [.. Bytes],
        ElementType.Int16 => [.. To<short>()],
        ElementType.UInt16 => [.. To<ushort>()],
        ElementType.Int32 => [.. To<int>()],
        ElementType.UInt32 => [.. To<uint>()],
        ElementType.Int64 => [.. To<long>().Select(v => (double)v)],
        ElementType.UInt64 => [.. To<ulong>().Select(v => (double)v)],
        _ => throw new UnsupportedOperatorException($"The conformance suite reads no numbers of {Element}."),
    };

    /// <summary>The same numbers in double, where they are floating; the value itself otherwise.</summary>
    public SampleValue Widened() => Element.IsFloating() ? From(ElementType.Float64, Sizes, Numbers()) : this;

    /// <summary>Like numbers of another type: tenths for integers, the sign for truth.</summary>
    public SampleValue As(ElementType element)
    {
        double[] numbers = Numbers();
        if (element == ElementType.Bool) return From(element, Sizes, [.. numbers.Select(v => v > 0 ? 1.0 : 0.0)]);
        if (element.IsFloating()) return From(element, Sizes, numbers);
        bool signed = element is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64;
        return From(element, Sizes, [.. numbers.Select(v => Math.Round(signed ? 10 * v : Math.Min(Math.Abs(10 * v), 255)))]);
    }

    /// <summary>A part of axis 0.</summary>
    public SampleValue Rows(int start, int count)
    {
        int row = Bytes.Length / Math.Max(1, Sizes[0]);
        return this with { Sizes = Sizes.With(0, count), Bytes = Bytes.AsSpan(start * row, count * row).ToArray() };
    }

    /// <summary>A tensor of the elements.</summary>
    public Tensor ToTensor()
    {
        var storage = Storage.Create(Element, Sizes.Product());
        Bytes.CopyTo(storage.Bytes);
        return new(Type, storage);
    }

    // A generator of our own: the numbers of a seed stay what they are on every runtime.
    struct Draws(int seed)
    {
        ulong _state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;

        public double Next()
        {
            _state = _state * 6364136223846793005 + 1442695040888963407;
            return ((_state >> 33) + 0.5) / (1L << 31);
        }

        public double Normal() => Math.Sqrt(-2 * Math.Log(Next())) * Math.Cos(2 * Math.PI * Next());
    }
}
