using System.CommandLine;
using System.Runtime.InteropServices;
using Fovea.Cli;
using Fovea.Cli.Commands;
using Spectre.Console;

int interrupted = 0;
using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Interrupted));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated));

var root = new RootCommand("Fovea: convolutional networks for .NET. Defines, trains, runs and inspects them.")
{
    TrainCommand.Create(cancellation.Token), EvaluateCommand.Create(cancellation.Token), InspectCommand.Create(),
    ExplainCommand.Create(), DrawCommand.Create(),
};
var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
// Tables in files and pipes are as wide as they need to be.
if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 180;
bool verbose = args.Contains("--verbose");
try
{
    if (Usage.Fault(parsed) is { } fault) throw new UsageException(fault);
    return await parsed.InvokeAsync(
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, CancellationToken.None);
}
catch (OperationCanceledException) when (interrupted != 0)
{
    return interrupted;
}
catch (Exception error)
{
    Console.Error.WriteLine($"fovea: {Usage.OneLine(error)}");
    if (verbose) Console.Error.WriteLine(error);
    int code = ExitCode.Of(error);
    if (code == ExitCode.Internal && !verbose) Console.Error.WriteLine("This is a fault of the program; --verbose shows where.");
    return code;
}

void Stop(PosixSignalContext signal, int code)
{
    // The second time the system ends the process: nobody is forced to wait for a checkpoint.
    if (Interlocked.Exchange(ref interrupted, code) != 0) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
