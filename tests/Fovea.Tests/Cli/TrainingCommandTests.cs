using System.Runtime.InteropServices;
using Xunit;

namespace Fovea.Tests.Cli;

/// <summary>train, evaluate and inspect on a run, as processes; interrupted and resumed.</summary>
[Collection("Threads")]
public sealed class TrainingCommandTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static readonly string[] Settings = ["--quick", "--network", "lenet", "--epochs", "1", "--seed", "5"];

    static string Data => Path.Combine(Tool.Repository, "data", "fashion-mnist");

    static Task<ToolResult> Run(string folder, params string[] arguments) => Tool.RunAsync(folder, Cancellation, arguments);

    [DllImport("libc", SetLastError = true)]
    static extern int kill(int process, int signal);

    [Fact]
    public async Task A_run_is_trained_evaluated_inspected_interrupted_and_resumed_to_the_same_digest()
    {
        using var scratch = new Scratch();
        var trained = await Run(scratch.Path, ["train", "--data", Data, .. Settings, "--json"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        var json = trained.Json;
        double accuracy = json.GetProperty("testAccuracy").GetDouble();
        Assert.True(accuracy > 0.8, $"The accuracy is {accuracy}.");
        Assert.Equal(1, json.GetProperty("epochs").GetInt32());
        Assert.True(json.GetProperty("seconds").GetDouble() > 0 && json.GetProperty("imagesPerSecond").GetDouble() > 0);
        string digest = json.GetProperty("digest").GetString()!, run = json.GetProperty("runFolder").GetString()!;
        Assert.True(File.Exists(json.GetProperty("modelPath").GetString()));
        Assert.StartsWith(Path.Combine(scratch.Path, "runs"), run);

        var evaluated = await Run(scratch.Path, "evaluate", "latest", "--data", Data, "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.Equal(accuracy, evaluated.Json.GetProperty("accuracy").GetDouble());
        Assert.Equal(
            10_000, evaluated.Json.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(n => n.GetInt64())));
        Assert.Equal(7, (await Run(scratch.Path, "evaluate", "latest", "--data", Data, "--min-accuracy", "0.999")).ExitCode);

        var inspected = await Run(scratch.Path, "inspect", "latest", "--json");
        Assert.True(inspected.ExitCode == 0, inspected.Error);
        Assert.Equal(1_663_370, inspected.Json.GetProperty("parameters").GetInt64());

        var again = await Run(scratch.Path, "train", "--data", Data, "--resume", "latest", "--json");
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(digest, again.Json.GetProperty("digest").GetString());
        var other = await Run(scratch.Path, "train", "--data", Data, "--resume", "latest", "--lr", "0.5");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("--lr was not given, is 0.5", other.Error);

        var written = await Run(scratch.Path, "train", "--data", Data, "--resume", "latest", "--label-smoothing", "5e-2", "--json");
        Assert.True(written.ExitCode == 0, written.Error);             // the same number, written otherwise

        // A damaged checkpoint gives way to the one before, and that is said.
        string newest = Directory.EnumerateFiles(Path.Combine(run, "checkpoint")).Max(StringComparer.Ordinal)!;
        byte[] bytes = await File.ReadAllBytesAsync(newest, Cancellation);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(newest, bytes, Cancellation);
        var fallen = await Run(scratch.Path, "train", "--data", Data, "--resume", "latest", "--json");
        Assert.True(fallen.ExitCode == 0, fallen.Error);
        Assert.Equal(digest, fallen.Json.GetProperty("digest").GetString());
        Assert.Contains($"The checkpoint {newest} is damaged", fallen.Error);

        if (OperatingSystem.IsWindows()) return;
        string second = Path.Combine(scratch.Path, "second");
        using (var process = Tool.Start(scratch.Path, ["train", "--data", Data, .. Settings, "--threads", "1", "--out", second]))
        {
            _ = process.StandardOutput.ReadToEndAsync(Cancellation);
            var error = process.StandardError.ReadToEndAsync(Cancellation);
            string checkpoint = Path.Combine(second, "checkpoint");
            while (!process.HasExited && !(Directory.Exists(checkpoint) && Directory.GetFiles(checkpoint).Length > 0))
                await Task.Delay(20, Cancellation);
            await Task.Delay(1500, Cancellation);
            Assert.False(process.HasExited, "It ended before it was interrupted.");
            // SIGTERM: what starts the tests may have told its children to ignore SIGINT, as shells do for jobs in the background.
            kill(process.Id, 15);
            await process.WaitForExitAsync(Cancellation);
            Assert.True(process.ExitCode == 143, $"Exit code {process.ExitCode}: {await error}");
        }
        Assert.False(File.Exists(Path.Combine(second, "model.safetensors")));
        var resumed = await Run(scratch.Path, "train", "--data", Data, "--resume", second, "--threads", "2", "--json");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(digest, resumed.Json.GetProperty("digest").GetString());
    }
}
