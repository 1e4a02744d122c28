using Fovea.Cpu.Simd;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// How group normalisation over channels-last images [samples, places, channels] is cut, and where its scratch lies: sums of each channel
/// of a sample as in batch normalisation, then the channels of a group together.
/// </summary>
sealed unsafe class GroupNormalizationWork
{
    readonly nint _strip, _pieceRows, _cuts, _strips, _applyCuts;
    readonly int _groups;

    public GroupNormalizationWork(BoundType x, int groups)
    {
        _groups = groups;
        Samples = x.Sizes[0];
        Channels = x.Sizes[1];
        Places = (nint)(x.Count / Samples / Channels);
        Pitch = BatchNormLoops.Pitch(Channels);
        _cuts = (Places + BatchNormLoops.Piece - 1) / BatchNormLoops.Piece;
        // Strips of channels where samples and cuts alone would be too few to share.
        _strip = Samples * _cuts * ((Channels + 255) / 256) >= 16 ? 256 : 64;
        _strips = (Channels + _strip - 1) / _strip;
        SumPieces = checked((int)(Samples * _cuts * _strips));

        // Few channels would leave most of a vector empty: so many rows are taken as one that whole vectors come out.
        Fold = BatchNormalizationWork.FoldOf(Channels);
        _pieceRows = Math.Max(1, VectorKernels.Grain / Channels);
        _pieceRows += (Fold - _pieceRows % Fold) % Fold;
        _applyCuts = VectorKernels.Pieces(Places, _pieceRows);
        ApplyPieces = checked((int)(Samples * _applyCuts));
    }

    public nint Samples { get; }

    public nint Channels { get; }

    /// <summary>The pixels of a sample.</summary>
    public nint Places { get; }

    /// <summary>The floats of a row of partial sums.</summary>
    public nint Pitch { get; }

    /// <summary>Pieces of the phases that sum.</summary>
    public int SumPieces { get; }

    /// <summary>Pieces of the phases that write an image.</summary>
    public int ApplyPieces { get; }

    /// <summary>How many rows are taken as one when an image is written.</summary>
    public int Fold { get; }

    /// <summary>The floats of one list of a sample's constants, repeated for <see cref="Fold"/> rows.</summary>
    public nint ConstantFloats => (Channels * Fold + 15) & ~15;

    /// <summary>The floats of a sample's partial sums: two rows for each cut.</summary>
    public nint SampleFloats => _cuts * 2 * Pitch;

    /// <summary>The floats of all partial sums.</summary>
    public nint SumFloats => Samples * SampleFloats;

    /// <summary>The bytes of a worker's scratch.</summary>
    public long WalkerBytes => BatchNormLoops.ScratchFloats(Math.Min(_strip, Channels)) * sizeof(float);

    /// <summary>One piece of a sum: where its rows and channels lie in the image, and where its two rows of results.</summary>
    public (nint Sample, nint At, nint Rows, nint Channel, nint Channels, nint Sums) Sum(int piece)
    {
        nint channel = piece % _strips * _strip, cut = piece / _strips % _cuts, sample = piece / _strips / _cuts;
        nint row = cut * BatchNormLoops.Piece;
        return (sample, (sample * Places + row) * Channels + channel, Math.Min(BatchNormLoops.Piece, Places - row), channel,
            Math.Min(_strip, Channels - channel), sample * SampleFloats + cut * 2 * Pitch + channel);
    }

    /// <summary>One piece of an image that is written: its sample, its first element and its rows.</summary>
    public (nint Sample, nint At, nint Rows) Apply(int piece)
    {
        nint sample = piece / _applyCuts, row = piece % _applyCuts * _pieceRows;
        return (sample, (sample * Places + row) * Channels, Math.Min(_pieceRows, Places - row));
    }

    /// <summary>Means and squared deviations of a piece's channels.</summary>
    public void StatisticsPiece<T>(float* x, int piece, float* walker, float* sums) where T : unmanaged, IVec<T>
    {
        var sum = Sum(piece);
        float* mean = sums + sum.Sums;
        BatchNormLoops.StatisticsPiece<T>(x + sum.At, sum.Rows, sum.Channels, Channels, walker, mean, mean + Pitch);
    }

    /// <summary>
    /// Joins the pieces of a sample, then the channels of each group: mean[c] and deviation[c] = √(variance + epsilon) of the group that
    /// channel c belongs to. The two may lie over the pieces' own rows.
    /// </summary>
    public void JoinStatistics<T>(float* sums, nint sample, float epsilon, float* mean, float* deviation) where T : unmanaged, IVec<T>
    {
        float* means = sums + sample * SampleFloats, squares = means + Pitch;
        BatchNormLoops.JoinStatistics<T>(means, _cuts, Places, Channels);
        nint members = Channels / _groups;
        for (nint first = 0; first < Channels; first += members)
        {
            // Channels of equal counts: in double, one after the other, nothing is lost.
            double centre = 0, square = 0;
            for (nint c = first; c < first + members; c++) centre += means[c];
            centre /= members;
            for (nint c = first; c < first + members; c++) square += squares[c] + Places * ((means[c] - centre) * (means[c] - centre));
            float root = (float)Math.Sqrt(square / ((double)members * Places) + epsilon);
            for (nint c = first; c < first + members; c++) (mean[c], deviation[c]) = ((float)centre, root);
        }
    }

    /// <summary>Repeats a list of constants for every row that is taken as one.</summary>
    public void Repeat(float* constants)
    {
        for (nint i = Channels; i < Channels * Fold; i++) constants[i] = constants[i - Channels];
    }

    /// <summary>
    /// The gradient's constants of a sample, from the joined sums Σdy and Σdy·(x − mean) of its channels: dx = a·dy + (b·(x − mean) + k).
    /// The second row of sums becomes that of dy·x̂.
    /// </summary>
    public void FinishGradient(float* sums, float* scale, float* deviation, float* a, float* b, float* k)
    {
        float* products = sums + Pitch;
        nint members = Channels / _groups;
        double count = (double)members * Places;
        for (nint first = 0; first < Channels; first += members)
        {
            double sum = 0, product = 0, rstd = 1.0 / deviation[first];
            for (nint c = first; c < first + members; c++)
            {
                sum += (double)scale[c] * sums[c];
                product += (double)scale[c] * products[c];
            }
            // One element alone is normalised to 0 whatever it is: its gradient is 0, not what rounding leaves.
            if (count == 1) (sum, product, rstd) = (0, 0, 0);
            float slope = (float)(-rstd * rstd * rstd * product / count), level = (float)(-rstd * sum / count);
            for (nint c = first; c < first + members; c++)
            {
                (a[c], b[c], k[c]) = ((float)(scale[c] * rstd), slope, level);
                products[c] = (float)(products[c] / deviation[first]);
            }
        }
    }
}
