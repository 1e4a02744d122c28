using System.Globalization;
using Spectre.Console;

namespace Fovea.Cli;

/// <summary>What is seen of a running training: a live bar on a terminal, plain lines elsewhere.</summary>
abstract class TrainingView : IProgress<TrainingProgress>, IDisposable
{
    public static TrainingView Create(TextWriter output, bool toTerminal) => toTerminal ? new Live() : new Lines(output);

    public abstract void Report(TrainingProgress value);

    /// <summary>A line on standard error.</summary>
    public abstract void Say(string line);

    public virtual void Dispose() { }

    protected static string EpochLine(TrainingProgress at, EpochResult epoch)
    {
        string validation = epoch.ValidationAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"  validation {epoch.ValidationLoss:0.0000} {accuracy * 100:0.00} %") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch,2}/{at.Epochs}  loss {epoch.TrainLoss:0.0000}  accuracy {epoch.TrainAccuracy * 100:0.00} %{validation}"
            + $"  {at.ImagesPerSecond:#,0} images/s  {epoch.Seconds:0.0} s");
    }

    protected static string Left(TimeSpan? left) => left is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "";

    /// <summary>A line an epoch, and one now and then within long epochs.</summary>
    sealed class Lines(TextWriter output) : TrainingView
    {
        static readonly TimeSpan Between = TimeSpan.FromSeconds(15);
        long _last = System.Diagnostics.Stopwatch.GetTimestamp();

        public override void Say(string line)
        {
            lock (output) Console.Error.WriteLine(line);
        }

        public override void Report(TrainingProgress value)
        {
            lock (output)
            {
                if (value.Completed is { } epoch) output.WriteLine(EpochLine(value, epoch));
                else if (System.Diagnostics.Stopwatch.GetElapsedTime(_last) > Between)
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"epoch {value.Epoch,2}/{value.Epochs}  step {value.Step}/{value.StepsPerEpoch}  "
                        + $"loss {value.Loss:0.0000}  accuracy {value.Accuracy * 100:0.00} %  "
                        + $"{value.ImagesPerSecond:#,0} images/s  {Left(value.TimeLeft)}"));
                else return;
                _last = System.Diagnostics.Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>One line that is written over, with a bar; finished epochs stay above it.</summary>
    sealed class Live : TrainingView
    {
        readonly object _gate = new();
        int _width;

        public override void Say(string line)
        {
            lock (_gate)
            {
                Clear();
                Console.Error.WriteLine(line);
            }
        }

        public override void Report(TrainingProgress value)
        {
            lock (_gate)
            {
                Clear();
                if (value.Completed is { } epoch)
                {
                    AnsiConsole.MarkupLine(Markup.Escape(EpochLine(value, epoch)));
                    return;
                }
                const int bar = 20;
                int done = value.StepsPerEpoch == 0 ? 0 : bar * value.Step / value.StepsPerEpoch;
                string line = string.Create(CultureInfo.InvariantCulture,
                    $"epoch {value.Epoch,2}/{value.Epochs} {new string('━', done)}{new string('─', bar - done)} "
                    + $"{value.Step}/{value.StepsPerEpoch}  "
                    + $"loss {value.Loss:0.0000}  accuracy {value.Accuracy * 100:0.00} %  "
                    + $"{value.ImagesPerSecond:#,0} images/s  {Left(value.TimeLeft)}");
                int room = Math.Max(20, Console.WindowWidth - 1);
                if (line.Length > room) line = line[..room];
                AnsiConsole.Markup($"[grey]{Markup.Escape(line)}[/]");
                _width = line.Length;
            }
        }

        void Clear()
        {
            if (_width > 0) Console.Write($"\r{new string(' ', _width)}\r");
            _width = 0;
        }

        public override void Dispose()
        {
            lock (_gate) Clear();
        }
    }
}
