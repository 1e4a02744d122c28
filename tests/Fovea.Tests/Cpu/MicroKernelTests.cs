using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.MicroKernels;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Every micro-kernel against one scalar chain of multiply-adds, bit for bit, at every height and number of columns.</summary>
public unsafe class MicroKernelTests
{
    [Fact]
    public void Avx512_gives_the_bits_of_the_scalar_chain() => Check<Avx512MicroKernel>();

    [Fact]
    public void Avx2_gives_the_bits_of_the_scalar_chain() => Check<Avx2MicroKernel>();

    [Fact]
    public void Portable_gives_the_bits_of_the_scalar_chain() => Check<PortableMicroKernel>();

    static void Check<T>() where T : struct, IMicroKernel
    {
        Assert.SkipUnless(T.IsSupported, $"this machine has no {T.Name}");
        var random = new Random(1);
        nint* gathered = stackalloc nint[20];
        for (int rows = 1; rows <= T.Rows; rows++)
            for (int columns = 1; columns <= T.Columns; columns++)
            {
                int taps = random.Next(1, 4), depth = random.Next(1, 20);
                bool accumulate = random.Next(2) == 0;
                var problem = new Problem<T>(random, rows, columns, taps, depth, accumulate);
                for (int k = 0; k < depth; k++) gathered[k] = sizeof(float) * random.Next(depth);

                problem.Check(new AdjacentSteps(), new NoEpilogue(), x => x.Sum);
                problem.Check(new StridedSteps(2 * sizeof(float)), new BiasEpilogue(problem.Bias), x => x.Sum + x.Bias);
                problem.Check(new GatheredSteps(gathered), new BiasReluEpilogue(problem.Bias), x => MathF.Max(0, x.Sum + x.Bias));
                problem.Free();
            }
    }

    sealed class Problem<T> where T : struct, IMicroKernel
    {
        readonly int _rows, _columns, _taps, _depth;
        readonly bool _accumulate;
        readonly float* _values, _weights, _before, _after;
        readonly int[] _places;
        readonly int _outputCount;

        public Problem(Random random, int rows, int columns, int taps, int depth, bool accumulate)
        {
            (_rows, _columns, _taps, _depth, _accumulate) = (rows, columns, taps, depth, accumulate);
            _outputCount = T.Rows * (T.Columns + 3);
            _values = Random(random, 400);
            _weights = Random(random, taps * depth * T.Columns);
            _before = Random(random, _outputCount);
            _after = Random(random, _outputCount);
            Bias = Random(random, T.Columns);
            _places = [.. Enumerable.Range(0, taps * MicroTile.RowPitch).Select(_ => random.Next(400 - 2 * depth))];
        }

        public float* Bias { get; }

        public void Check<TSteps, TEpilogue>(TSteps steps, TEpilogue epilogue, Func<(float Sum, float Bias), float> finish)
            where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
        {
            float** addresses = stackalloc float*[_taps * MicroTile.RowPitch];
            nint* offsets = stackalloc nint[MicroTile.RowPitch];
            for (int i = 0; i < _taps * MicroTile.RowPitch; i++) addresses[i] = _values + _places[i];
            for (int r = 0; r < T.Rows; r++) offsets[r] = (T.Rows - 1 - r) * (T.Columns + 3);
            new Span<float>(_before, _outputCount).CopyTo(new Span<float>(_after, _outputCount));
            var tile = new MicroTile
            {
                Rows = addresses, Taps = _taps, Depth = _depth, Weights = _weights, Output = _after, OutputOffsets = offsets,
                RowCount = _rows, ColumnCount = _columns, Accumulate = _accumulate,
            };
            T.Run(in tile, steps, epilogue);

            for (int r = 0; r < T.Rows; r++)
                for (int j = 0; j < T.Columns + 3; j++)
                {
                    nint at = offsets[r] + j;
                    if (r >= _rows || j >= _columns)
                    {
                        Assert.Equal(_before[at], _after[at]);
                        continue;
                    }
                    float sum = _accumulate ? _before[at] : 0;
                    for (int t = 0; t < _taps; t++)
                        for (int k = 0; k < _depth; k++)
                        {
                            float value = *(float*)((byte*)addresses[t * MicroTile.RowPitch + r] + steps.ByteOffset(k));
                            float weight = _weights[(t * _depth + k) * T.Columns + j];
                            sum = T.RoundsProducts ? value * weight + sum : MathF.FusedMultiplyAdd(value, weight, sum);
                        }
                    Assert.Equal(BitConverter.SingleToInt32Bits(finish((sum, Bias[j]))), BitConverter.SingleToInt32Bits(_after[at]));
                }
        }

        public void Free()
        {
            foreach (nint block in (ReadOnlySpan<nint>)[(nint)_values, (nint)_weights, (nint)_before, (nint)_after, (nint)Bias])
                NativeMemory.AlignedFree((void*)block);
        }

        static float* Random(Random random, int count)
        {
            float* block = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
            for (int i = 0; i < count; i++) block[i] = random.NextSingle() * 2 - 1;
            return block;
        }
    }
}
