using System.Diagnostics;
using System.Globalization;
using Fovea.Tests.Data;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>
/// Real processes, killed (SIGKILL) while they train. Three times in the fast form; FOVEA_KILLS asks for more. The instants are spread over
/// the whole run, checkpoint writes included: those take most of its time.
/// </summary>
public sealed class KillTests
{
    const string RunVariable = "FOVEA_KILLED_RUN";

    static TrainingOptions Options(string folder) => new()
    {
        Epochs = 12, BatchSize = 16, Seed = 8, Optimizer = new Sgd(0.05, momentum: 0.9), Schedule = Schedule.Cosine(), RunFolder = folder,
        Augmentation = new() { Shift = 1 }, CheckpointEvery = 1, RecordEvery = 1, Resume = true,
    };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Task<TrainingResult> Fit(string folder) =>
        Trainer.FitAsync(Small.Normalised(4), Small.Quarters(320), Small.Quarters(40, salt: 3), Options(folder), null, Token);

    /// <summary>What a child process runs; not a test by itself.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        string? folder = Environment.GetEnvironmentVariable(RunVariable);
        Assert.SkipWhen(folder is null, "It is a part of the test beside it.");
        await Fit(folder!);
    }

    [Fact]
    public async Task A_run_that_is_killed_goes_on_to_the_same_bits()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("FOVEA_KILLS"), CultureInfo.InvariantCulture, out int kills)) kills = 3;
        using var folder = new TemporaryFolder();
        string digest = (await Fit(folder["whole"])).Digest;
        int done = 0;
        var places = new HashSet<string?>();
        for (int run = 0; done < kills; run++)
        {
            string path = folder[$"run{run}"];
            while (done < kills)
            {
                string? before = Newest(path);
                using var child = Start(path);
                // Until the child has trained, there is nothing to be killed in.
                for (int wait = 0; wait < 3000 && Newest(path) == before && !child.HasExited; wait++) await Task.Delay(20, Token);
                await Task.Delay(done * 53 % 170, Token);
                if (child.HasExited)
                {
                    Assert.Equal(0, child.ExitCode);
                    break;
                }
                child.Kill();
                await child.WaitForExitAsync(Token);
                done++;
                places.Add(Newest(path));
            }
            Assert.Equal(digest, (await Fit(path)).Digest);
        }
        Assert.True(places.Count > kills / 2, $"{kills} kills came at only {places.Count} places");
    }

    static string? Newest(string run)
    {
        string folder = Path.Combine(run, "checkpoint");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.safetensors").Select(Path.GetFileName).Max(StringComparer.Ordinal)
            : null;
    }

    static Process Start(string folder)
    {
        string program = Environment.ProcessPath!;
        string assembly = typeof(KillTests).Assembly.Location;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["-method", $"{typeof(KillTests).FullName}.{nameof(Child)}", "-explicit", "only"];
        foreach (string argument in isHost ? [assembly, .. arguments] : arguments) start.ArgumentList.Add(argument);
        start.Environment[RunVariable] = folder;
        var child = Process.Start(start)!;
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
