using System.Buffers;
using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;

namespace Fovea.Training;

/// <summary>
/// The run's metrics.jsonl. Lines gather in memory and reach the disk before every checkpoint, which records the file's length: what a
/// killed run wrote after its checkpoint is cut off, and comes again.
/// </summary>
sealed class MetricsLog : IDisposable
{
    readonly string _path;
    readonly FileOperations _files;
    readonly ArrayBufferWriter<byte> _pending = new();
    readonly Utf8JsonWriter _json;
    long _length;

    public MetricsLog(string path, FileOperations files)
    {
        _path = path;
        _files = files;
        _json = new(_pending);
    }

    /// <summary>Cuts the file to the length a checkpoint recorded; 0 for a fresh start.</summary>
    public void CutTo(long length)
    {
        if (length > 0 || File.Exists(_path)) DurableFile.Truncate(_path, length, _files);
        _length = length;
        _pending.ResetWrittenCount();
    }

    /// <summary>Writes what has gathered, durably.</summary>
    /// <returns>The length of the file.</returns>
    public long Flush()
    {
        if (_pending.WrittenCount == 0) return _length;
        _length = DurableFile.Append(_path, _pending.WrittenSpan, _files);
        _pending.ResetWrittenCount();
        return _length;
    }

    public void Step(int epoch, long step, double learningRate, in StepResult result, int count)
    {
        Begin("step", epoch, step, learningRate);
        Number("loss", result.Loss);
        Number("accuracy", (double)result.Correct / count);
        Number("gradientNorm", result.GradientNorm);
        End();
    }

    public void Epoch(EpochResult epoch)
    {
        Begin("epoch", epoch.Epoch, epoch.Steps, epoch.LearningRate);
        Number("trainLoss", epoch.TrainLoss);
        Number("trainAccuracy", epoch.TrainAccuracy);
        if (epoch.ValidationLoss is { } loss) Number("validationLoss", loss);
        if (epoch.ValidationAccuracy is { } accuracy) Number("validationAccuracy", accuracy);
        Number("seconds", Math.Round(epoch.Seconds, 3));
        End();
    }

    /// <summary>The epochs that a metrics.jsonl tells of.</summary>
    /// <exception cref="ModelFormatException">A line is not of this format.</exception>
    public static IReadOnlyList<EpochResult> Epochs(string path)
    {
        var epochs = new List<EpochResult>();
        if (!File.Exists(path)) return epochs;
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                if (root.GetProperty("kind").GetString() != "epoch") continue;
                epochs.Add(new(root.GetProperty("epoch").GetInt32(), root.GetProperty("step").GetInt64(),
                    Value("learningRate") ?? double.NaN, Value("trainLoss") ?? double.NaN, Value("trainAccuracy") ?? double.NaN,
                    Value("validationLoss"), Value("validationAccuracy"), Value("seconds") ?? 0));

                double? Value(string name) => !root.TryGetProperty(name, out var value) ? null
                    : value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble();
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new ModelFormatException($"{path}: line {number} is not of a run's metrics: {e.Message.ReplaceLineEndings(" ")}", e);
            }
        }
        return epochs;
    }

    public void Dispose() => _json.Dispose();

    void Begin(string kind, int epoch, long step, double learningRate)
    {
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("kind", kind);
        _json.WriteNumber("epoch", epoch);
        _json.WriteNumber("step", step);
        Number("learningRate", learningRate);
    }

    void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _pending.Write("\n"u8);
    }

    // JSON has no infinity and no NaN.
    void Number(string name, double value)
    {
        if (double.IsFinite(value)) _json.WriteNumber(name, value);
        else _json.WriteNull(name);
    }
}
