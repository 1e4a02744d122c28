using System.Runtime.ExceptionServices;
using Fovea.Errors;

namespace Fovea.Data;

/// <summary>
/// Makes the batches of a training run or an evaluation, epoch after epoch, ahead of the consumer and on other threads. The sequence of
/// batches depends only on data set and options, not on the number of threads or on timing, and can start at any step. In steady state
/// nothing is allocated: batches are reused.
/// One thread consumes.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private readonly Dataset _data;
    private readonly LoaderOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly float[] _black;
    private readonly int[] _order;
    private readonly Batch[] _ring; // batch number n lies in _ring[n % length]
    private readonly Thread[] _threads;
    private readonly float[] _ownScratch;
    private readonly long _total;

    // Guarded by _gate: batches number from 0; released ≤ taken ≤ claimed ≤ released + ring length.
    private readonly object _gate = new();
    private long _claimed, _taken, _released;
    private int _orderEpoch = -1;
    private bool _stopped;

    /// <summary>Starts the background threads.</summary>
    /// <param name="data">The images.</param>
    /// <param name="options">Batch size, order, augmentation, where to start and end.</param>
    /// <param name="cancellation">Makes <see cref="Next"/> throw and the threads stop.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public BatchLoader(Dataset data, LoaderOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(data);
        _data = data;
        _options = options;
        _cancellation = cancellation;
        StepsPerEpoch = options.StepsPerEpoch(data.Count);
        _total = options.EndEpoch is { } end
            ? Math.Max(0, (long)(end - options.FirstEpoch) * StepsPerEpoch - options.FirstStep)
            : long.MaxValue;

        int imageSize = data.ImageSize, capacity = Math.Min(options.BatchSize, data.Count);
        _black = new float[data.InputShape[0]];
        for (int c = 0; c < _black.Length; c++) _black[c] = options.Normalization?.Scale(0, c) ?? 0;
        _order = [.. Enumerable.Range(0, data.Count)];
        _ring = new Batch[options.Threads == 0 ? 1 : Math.Max(options.Prefetch, options.Threads) + 1];
        for (int i = 0; i < _ring.Length; i++) _ring[i] = new Batch(capacity, imageSize);
        _ownScratch = options.Threads == 0 ? new float[imageSize] : [];

        _threads = new Thread[options.Threads];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"Fovea batch loader {i}" };
            _threads[i].Start();
        }

        _registration = cancellation.UnsafeRegister(static loader => ((BatchLoader)loader!).Wake(), this);
    }

    /// <summary>Batches an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>
    /// The next batch, waiting for it if need be; null when <see cref="LoaderOptions.EndEpoch"/> is reached. The one before it is given
    /// back.
    /// </summary>
    /// <exception cref="OperationCanceledException">The loader's cancellation was asked for.</exception>
    /// <exception cref="DataFormatException">The data set gives a label that is no class.</exception>
    /// <remarks>What the data set throws while it reads is thrown here, when its batch is due, and again at every later call.</remarks>
    public Batch? Next()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_released < _taken)
            {
                _released = _taken;
                Monitor.PulseAll(_gate);
            }

            _cancellation.ThrowIfCancellationRequested();
            if (_taken == _total) return null;

            Batch batch = _ring[(int)(_taken % _ring.Length)];
            if (_threads.Length == 0 && _claimed == _taken) Make(Claim(), _ownScratch);
            while (_claimed == _taken || !batch.Ready)
            {
                Monitor.Wait(_gate);
                ObjectDisposedException.ThrowIf(_stopped, this);
                _cancellation.ThrowIfCancellationRequested();
            }

            _cancellation.ThrowIfCancellationRequested(); // a batch that was being made then is incomplete
            if (batch.Error is { } error) ExceptionDispatchInfo.Throw(error);
            _taken++;
            return batch;
        }
    }

    /// <summary>Stops the threads and waits for them: at most until each has read the image it is at.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        _registration.Dispose();
        foreach (Thread thread in _threads) thread.Join();
    }

    private bool MustStop => Volatile.Read(ref _stopped) || _cancellation.IsCancellationRequested;

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private void Work()
    {
        float[] scratch = new float[_data.ImageSize];
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                while (!MustStop && _claimed < _total && _claimed - _released == _ring.Length) Monitor.Wait(_gate);
                if (MustStop || _claimed == _total) return;
                batch = Claim();
            }

            Make(batch, scratch);
            lock (_gate) Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the next batch to make and says what is in it. Called under the lock, so batches and epochs come in order.</summary>
    private Batch Claim()
    {
        long number = _options.FirstStep + _claimed;
        int epoch = (int)(_options.FirstEpoch + number / StepsPerEpoch), step = (int)(number % StepsPerEpoch);
        if (_options.Shuffle && epoch != _orderEpoch)
        {
            for (int i = 0; i < _order.Length; i++) _order[i] = i;
            new KeyedRandom(_options.Seed, KeyedRandom.Purpose.Order, (ulong)epoch).Shuffle(_order);
            _orderEpoch = epoch;
        }

        Batch batch = _ring[(int)(_claimed++ % _ring.Length)];
        int start = step * _options.BatchSize, count = Math.Min(_options.BatchSize, _order.Length - start);
        batch.Assign(epoch, step, step == StepsPerEpoch - 1, _order.AsSpan(start, count));
        return batch;
    }

    private void Make(Batch batch, float[] scratch)
    {
        Exception? error = null;
        try
        {
            for (int i = 0; i < batch.Count && !MustStop; i++) Make(batch, i, scratch);
        }
        catch (Exception e)
        {
            error = e; // thrown where it is seen: at the consumer
        }

        lock (_gate) (batch.Error, batch.Ready) = (error, true);
    }

    private void Make(Batch batch, int i, float[] scratch)
    {
        int index = batch.Indices[i];
        batch.SetLabel(i, _data.CheckedLabel(index));

        Augmentation? augmentation = _options.Augmentation;
        Span<float> image = augmentation is null ? batch.Image(i) : scratch;
        _data.Read(index, image);
        _options.Normalization?.Apply(image);
        if (augmentation is null) return;
        var random = new KeyedRandom(_options.Seed, KeyedRandom.Purpose.Augmentation, (ulong)batch.Epoch, (ulong)index);
        augmentation.Apply(image, _data.InputShape, _black, ref random, batch.Image(i));
    }
}
