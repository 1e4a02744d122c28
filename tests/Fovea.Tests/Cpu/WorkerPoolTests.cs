using System.Diagnostics;
using Fovea.Cpu.Parallel;
using Fovea.Runtime;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed class WorkerPoolTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Every_piece_runs_once_and_phases_keep_their_order(int threads)
    {
        using var team = new WorkerTeam();
        var random = new Random(threads);
        for (int run = 0; run < 300; run++)
        {
            var work = new Recorder(RandomPhases(random), threads);
            team.Run(work, threads);
            work.Check();
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void As_many_threads_as_asked_for_take_part(int threads)
    {
        using var team = new WorkerTeam();
        for (int run = 0; run < 3; run++)
        {
            var work = new Meeting(threads);
            team.Run(work, threads);
            Assert.Equal(Enumerable.Range(0, threads), work.Walkers.Order());
        }
    }

    [Fact]
    public void No_phase_and_empty_phases_end()
    {
        using var team = new WorkerTeam();
        team.Run(new Recorder([], 2), 2);
        team.Run(new Recorder([0, 0, 0], 2), 2);
        var work = new Recorder([0, 3, 0, 0, 2, 0], 2);
        team.Run(work, 2);
        work.Check();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_first_exception_is_rethrown_and_the_rest_is_skipped(int threads)
    {
        using var team = new WorkerTeam();
        for (int run = 0; run < 100; run++)
        {
            var work = new Thrower([4, 8, 8], phase: 1, piece: 3);
            var thrown = Assert.Throws<InvalidTimeZoneException>(() => team.Run(work, threads));
            Assert.Same(work.Error, thrown);
            Assert.Contains(nameof(Thrower), thrown.StackTrace!);
            Assert.Equal(4, work.Runs[0]);
            Assert.Equal(0, work.Runs[2]);

            var after = new Recorder([3, 1, 5], threads);
            team.Run(after, threads);
            after.Check();
        }
    }

    [Fact]
    public void A_workers_exception_reaches_the_caller()
    {
        using var team = new WorkerTeam();
        var work = new WorkerThrower();
        Assert.Same(work.Error, Assert.Throws<InvalidTimeZoneException>(() => team.Run(work, 2)));
        Assert.False(work.LaterPhaseRan);
    }

    [Fact]
    public void Runs_from_eight_threads_share_the_team()
    {
        using var team = new WorkerTeam();
        FromThreads(8, caller =>
        {
            var random = new Random(caller);
            for (int run = 0; run < 100; run++)
            {
                var work = new Recorder(RandomPhases(random), 4);
                team.Run(work, 4);
                work.Check();
            }
        });
    }

    [Fact]
    public void A_run_inside_a_piece_stays_on_its_thread()
    {
        using var team = new WorkerTeam();
        var inner = new Recorder[16];
        for (int i = 0; i < inner.Length; i++)
            inner[i] = new Recorder([2, 7, 1], threads: 1);
        team.ParallelFor(new NestingBody(team, inner), inner.Length, 3);
        Assert.All(inner, work => work.Check());
    }

    [Fact]
    public void A_thousand_runs_allocate_nothing()
    {
        using var team = new WorkerTeam();
        var work = new AllocationMeter();
        for (int warm = 0; warm < 200; warm++)
            team.Run(work, 2);
        work.Start();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long deadline = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        for (int run = 0; run < 1000 || (!work.WorkerTookPart && Stopwatch.GetTimestamp() < deadline); run++)
            team.Run(work, 2);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(0, work.OnWorker);
        Assert.True(work.WorkerTookPart);
    }

    [Fact]
    public void A_thousand_loops_allocate_nothing()
    {
        using var team = new WorkerTeam();
        int[] counts = new int[40];
        var body = new CountingBody(counts);
        for (int warm = 0; warm < 200; warm++)
            team.ParallelFor(body, counts.Length, 2);
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int run = 0; run < 250; run++)
                team.ParallelFor(body, counts.Length, 2);
        }));
        Assert.All(counts, count => Assert.Equal(1200, count));
    }

    [Fact]
    public void The_process_wide_pool_obeys_a_runs_limit()
    {
        var work = new Meeting(1);
        WorkerPool.Run(work, 1);
        Assert.Equal([0], work.Walkers);
        int[] counts = new int[9];
        WorkerPool.ParallelFor(new CountingBody(counts), counts.Length);
        Assert.All(counts, count => Assert.Equal(1, count));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.MaxThreads = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.Run(work, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.ParallelFor(new CountingBody(counts), -1));
    }

    [Fact]
    public void Bad_piece_counts_are_refused()
    {
        using var team = new WorkerTeam();
        Assert.Throws<ArgumentOutOfRangeException>(() => team.Run(new Recorder([1, -1], 2, room: 0), 2));
        Assert.Throws<OverflowException>(() => team.Run(new Recorder([int.MaxValue, int.MaxValue], 2, room: 0), 2));
    }

    [Fact]
    public void A_disposed_team_ends_its_threads()
    {
        var team = new WorkerTeam();
        var work = new Meeting(4);
        team.Run(work, 4);
        Thread.Sleep(20);                           // long enough for the workers to park
        team.Dispose();
        Assert.All(work.Threads, thread => Assert.True(thread == Thread.CurrentThread || !thread.IsAlive));
    }

    [Fact]
    public void Short_stress() => Stress(TimeSpan.FromSeconds(1.5));

    [Fact]
    [Trait("Category", "Long")]
    public void Long_stress() => Stress(TimeSpan.FromSeconds(30));

    // Many callers, more threads than processors, tiny pieces, failures, pauses in which workers park: the orders in which runs end,
    // workers leave late, and states are used again.
    private static void Stress(TimeSpan duration)
    {
        using var team = new WorkerTeam();
        var clock = Stopwatch.StartNew();
        FromThreads(4, caller =>
        {
            var random = new Random(100 + caller);
            while (clock.Elapsed < duration)
            {
                int threads = random.Next(1, 6);
                if (random.Next(20) == 0)
                {
                    var thrower = new Thrower([3, 2, 4], random.Next(3), random.Next(2));
                    Assert.Same(thrower.Error, Assert.Throws<InvalidTimeZoneException>(() => team.Run(thrower, threads)));
                    continue;
                }
                var work = new Recorder(RandomPhases(random), threads);
                team.Run(work, threads);
                work.Check();
                if (random.Next(50) == 0)
                    Thread.Sleep(random.Next(4));
            }
        });
    }

    private static int[] RandomPhases(Random random)
    {
        int[] pieces = new int[random.Next(1, 80)];
        for (int phase = 0; phase < pieces.Length; phase++)
            pieces[phase] = random.Next(4) switch { 0 => 1, 1 => random.Next(3), _ => random.Next(1, 12) };
        return pieces;
    }

    private static void FromThreads(int count, Action<int> body)
    {
        Exception? failure = null;
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int caller = i;
            threads[i] = new Thread(() =>
            {
                try
                {
                    body(caller);
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref failure, error, null);
                }
            });
            threads[i].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Null(failure);
    }

    /// <summary>Counts every piece, and notes any that breaks a promise: too early, twice, or beside another of the same walker.</summary>
    private sealed class Recorder(int[] pieces, int threads, int? room = null) : IPhasedWork
    {
        private readonly int[] _ended = new int[pieces.Length];
        private readonly int[][] _runs = Array.ConvertAll(pieces, count => new int[room ?? count]);
        private readonly int[] _busy = new int[threads];
        private int _broken;

        public int PhaseCount => pieces.Length;

        public int Pieces(int phase) => pieces[phase];

        public void Run(int phase, int piece, int walker)
        {
            bool good = walker >= 0 && walker < threads && Interlocked.Increment(ref _busy[walker]) == 1;
            for (int earlier = 0; earlier < phase; earlier++)
                good &= Volatile.Read(ref _ended[earlier]) == pieces[earlier];
            for (int later = phase + 1; later < pieces.Length; later++)
                good &= Volatile.Read(ref _ended[later]) == 0;
            good &= Interlocked.Increment(ref _runs[phase][piece]) == 1;
            good &= Interlocked.Decrement(ref _busy[walker]) == 0;
            Interlocked.Increment(ref _ended[phase]);
            if (!good)
                Interlocked.Increment(ref _broken);
        }

        public void Check()
        {
            Assert.Equal(0, _broken);
            Assert.Equal(pieces, _ended);
            Assert.All(_runs, phase => Assert.All(phase, count => Assert.Equal(1, count)));
        }
    }

    /// <summary>One piece for each thread; each waits until all have begun, so that it takes that many threads to end it.</summary>
    private sealed class Meeting(int threads) : IPhasedWork
    {
        private int _arrived;

        public int[] Walkers { get; } = new int[threads];

        public Thread[] Threads { get; } = new Thread[threads];

        public int PhaseCount => 1;

        public int Pieces(int phase) => threads;

        public void Run(int phase, int piece, int walker)
        {
            Walkers[piece] = walker;
            Threads[piece] = Thread.CurrentThread;
            Interlocked.Increment(ref _arrived);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _arrived) == threads, Patience));
        }
    }

    private sealed class Thrower(int[] pieces, int phase, int piece) : IPhasedWork
    {
        public readonly InvalidTimeZoneException Error = new("on purpose");
        public readonly int[] Runs = new int[pieces.Length];

        public int PhaseCount => pieces.Length;

        public int Pieces(int phase) => pieces[phase];

        public void Run(int atPhase, int atPiece, int walker)
        {
            Interlocked.Increment(ref Runs[atPhase]);
            if (atPhase == phase && atPiece == piece)
                throw Error;
        }
    }

    /// <summary>Two pieces that run at the same time; the one that falls to the worker throws.</summary>
    private sealed class WorkerThrower : IPhasedWork
    {
        public readonly InvalidTimeZoneException Error = new("on purpose");
        private int _arrived;

        public bool LaterPhaseRan { get; private set; }

        public int PhaseCount => 2;

        public int Pieces(int phase) => 2;

        public void Run(int phase, int piece, int walker)
        {
            if (phase == 1)
            {
                LaterPhaseRan = true;
                return;
            }
            Interlocked.Increment(ref _arrived);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _arrived) == 2, Patience));
            if (walker != 0)
                throw Error;
        }
    }

    /// <summary>Reads, on the worker's thread, how much that thread has allocated.</summary>
    private sealed class AllocationMeter : IPhasedWork
    {
        private long _first = -1, _last;
        private int _pieces;

        public int PhaseCount => 20;

        public long OnWorker => _last - _first;

        public bool WorkerTookPart => _first >= 0 && _pieces > 1;

        public int Pieces(int phase) => 4;

        public void Start()
        {
            _first = -1;
            _pieces = 0;
        }

        public void Run(int phase, int piece, int walker)
        {
            if (walker == 0)
                return;
            _pieces++;
            _last = GC.GetAllocatedBytesForCurrentThread();
            if (_first < 0)
                _first = _last;
        }
    }

    private readonly struct CountingBody(int[] counts) : IParallelBody
    {
        public void Run(int piece, int walker) => counts[piece]++;
    }

    private readonly struct NestingBody(WorkerTeam team, Recorder[] inner) : IParallelBody
    {
        public void Run(int piece, int walker) => team.Run(inner[piece], 4);
    }
}
