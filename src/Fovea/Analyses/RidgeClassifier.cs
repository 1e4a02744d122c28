namespace Fovea.Analyses;

/// <summary>
/// A linear classifier by least squares on one-hot targets with a quadratic penalty (ridge regression), in closed form: the same features
/// give the same classifier, whatever the machine's threads.
/// </summary>
sealed class RidgeClassifier
{
    readonly double[] _mean, _scale, _weights;
    readonly int _features, _classes;

    /// <summary>Fits rows of features to labels.</summary>
    /// <param name="rows">Count × features, row-major.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="penalty">The penalty a row, on standardised features.</param>
    public RidgeClassifier(ReadOnlySpan<float> rows, ReadOnlySpan<int> labels, int classes, double penalty)
    {
        int count = labels.Length;
        _features = rows.Length / count;
        _classes = classes;
        (_mean, _scale) = Standardise(rows, count, _features);
        int size = _features + 1;                                // the last feature is 1: the bias, without penalty
        double[] gram = new double[size * size], target = new double[size * classes], x = new double[size];
        for (int row = 0; row < count; row++)
        {
            Features(rows.Slice(row * _features, _features), x);
            for (int i = 0; i < size; i++)
            {
                double value = x[i];
                if (value == 0) continue;
                var line = gram.AsSpan(i * size, i + 1);
                for (int j = 0; j < line.Length; j++) line[j] += value * x[j];
                target[i * classes + labels[row]] += value;
            }
        }
        for (int i = 0; i < size; i++) gram[i * size + i] += i < _features ? penalty * count : 1e-9 * count;
        Solve(gram, target, size, classes);
        _weights = target;
    }

    /// <summary>The share of rows whose class is found.</summary>
    public double Accuracy(ReadOnlySpan<float> rows, ReadOnlySpan<int> labels)
    {
        double[] x = new double[_features + 1], scores = new double[_classes];
        int right = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            Features(rows.Slice(row * _features, _features), x);
            Array.Clear(scores);
            for (int i = 0; i < x.Length; i++)
                for (int c = 0; c < _classes; c++) scores[c] += x[i] * _weights[i * _classes + c];
            if (Array.IndexOf(scores, scores.Max()) == labels[row]) right++;
        }
        return (double)right / labels.Length;
    }

    void Features(ReadOnlySpan<float> row, double[] x)
    {
        for (int i = 0; i < row.Length; i++) x[i] = (row[i] - _mean[i]) * _scale[i];
        x[^1] = 1;
    }

    // A feature that never changes says nothing: its scale is 0.
    static (double[] Mean, double[] Scale) Standardise(ReadOnlySpan<float> rows, int count, int features)
    {
        double[] mean = new double[features], scale = new double[features];
        for (int i = 0; i < rows.Length; i++) mean[i % features] += (double)rows[i] / count;
        for (int i = 0; i < rows.Length; i++)
        {
            double apart = rows[i] - mean[i % features];
            scale[i % features] += apart * apart / count;
        }
        for (int i = 0; i < features; i++) scale[i] = scale[i] > 1e-12 ? 1 / Math.Sqrt(scale[i]) : 0;
        return (mean, scale);
    }

    // Cholesky: the lower triangle of a positive definite matrix, then both substitutions.
    static void Solve(double[] a, double[] b, int size, int columns)
    {
        for (int i = 0; i < size; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i * size + j];
                for (int k = 0; k < j; k++) sum -= a[i * size + k] * a[j * size + k];
                a[i * size + j] = i == j ? Math.Sqrt(sum) : sum / a[j * size + j];
            }
        for (int c = 0; c < columns; c++)
        {
            for (int i = 0; i < size; i++)
            {
                double sum = b[i * columns + c];
                for (int k = 0; k < i; k++) sum -= a[i * size + k] * b[k * columns + c];
                b[i * columns + c] = sum / a[i * size + i];
            }
            for (int i = size - 1; i >= 0; i--)
            {
                double sum = b[i * columns + c];
                for (int k = i + 1; k < size; k++) sum -= a[k * size + i] * b[k * columns + c];
                b[i * columns + c] = sum / a[i * size + i];
            }
        }
    }
}
