using Fovea.Native;
using Xunit;

namespace Fovea.Tests.Native;

public sealed class ThreadAffinityTests
{
    [Fact]
    public void A_thread_is_kept_off_a_processor_until_it_is_restored()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "needs Linux and two processors");
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ThreadAffinity affinity = ThreadAffinity.OfCurrentThread();
                string before = Allowed();
                for (int move = 0; move < 10; move++)
                {
                    int processor = Thread.GetCurrentProcessorId();
                    affinity.Forbid(processor);
                    Assert.NotEqual(before, Allowed());
                    for (int look = 0; look < 100; look++)
                    {
                        Assert.NotEqual(processor, Thread.GetCurrentProcessorId());
                        Thread.Yield();
                    }
                    affinity.Restore();
                    Assert.Equal(before, Allowed());
                }
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static string Allowed() =>
        File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal));
}
