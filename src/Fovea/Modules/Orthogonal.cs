using System.Runtime.Intrinsics;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Rows (or columns, where there are more rows) that stand at right angles, of length gain: the Q of a normal matrix = Q · R with a
/// positive diagonal in R, so that every such matrix is as likely as any other (Saxe and others, 2014; Mezzadri, 2007).
/// </summary>
sealed class Orthogonal(double gain) : Initializer
{
    public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
    {
        if (values.IsEmpty) return;
        // A vector has one row: torch refuses it, but it has a direction of length gain all the same.
        int rows = sizes.Count > 1 ? sizes[0] : 1, columns = values.Length / rows;
        var stream = PhiloxStream.Of(unchecked((long)seed), path);
        Philox.FillNormal(values, stream, step: 0, firstSample: 0, sampleLength: values.Length);

        // The shorter side's vectors, each contiguous, in double.
        bool tall = rows > columns;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            vectors[i] = new double[length];
            for (int j = 0; j < length; j++) vectors[i][j] = tall ? values[j * columns + i] : values[i * columns + j];
        }
        for (int i = 0; i < count; i++)
        {
            // Gram–Schmidt, each vector twice: rounding of the first pass is gone after the second.
            for (int pass = 0; pass < 2; pass++)
                for (int j = 0; j < i; j++) Add(vectors[i], vectors[j], -Dot(vectors[i], vectors[j]));
            double scale = 1 / Math.Sqrt(Dot(vectors[i], vectors[i]));
            for (int j = 0; j < length; j++) vectors[i][j] *= scale;
        }
        for (int i = 0; i < count; i++)
            for (int j = 0; j < length; j++) values[tall ? j * columns + i : i * columns + j] = (float)(gain * vectors[i][j]);
    }

    // Four lanes on every machine, and no fused multiply-add: the same bits everywhere.
    static double Dot(double[] a, double[] b)
    {
        var sum = Vector256<double>.Zero;
        int i = 0;
        for (; i <= a.Length - 4; i += 4) sum += Vector256.Create<double>(a.AsSpan(i)) * Vector256.Create<double>(b.AsSpan(i));
        double total = sum[0] + sum[1] + (sum[2] + sum[3]);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    static void Add(double[] to, double[] from, double factor)
    {
        var factors = Vector256.Create(factor);
        int i = 0;
        for (; i <= to.Length - 4; i += 4)
            (Vector256.Create<double>(to.AsSpan(i)) + factors * Vector256.Create<double>(from.AsSpan(i))).CopyTo(to.AsSpan(i));
        for (; i < to.Length; i++) to[i] += factor * from[i];
    }

    public override string ToString() => "orthogonal";
}
