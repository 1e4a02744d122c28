using System.Diagnostics;
using Fovea.Cpu.Simd;

namespace Fovea.KernelGym;

/// <summary>
/// GB/s, read and written, of the loops that live on memory: on every vector width, one thread, data in L2, in L3 and beyond.
/// </summary>
static unsafe class LoopsGym
{
    const int Channels = 64;

    public static void Run(string filter)
    {
        foreach (var (place, floats) in new[] { ("L2", 48 * 1024), ("L3", 1024 * 1024), ("memory", 16 * 1024 * 1024) })
        {
            Console.WriteLine($"\n| {place}: {floats / 1024} K floats an operand | 512 | 256 | 128 | 1 |\n|---|---|---|---|---|");
            float* x = Memory.Random(floats, 1), z = Memory.Random(floats, 2), y = Memory.Random(floats, 3), w = Memory.Random(floats, 4);
            float* small = Memory.Random(1 << 20, 5);
            // Second moments are not negative.
            for (int i = 0; i < floats; i++) w[i] = Math.Abs(w[i]);
            foreach (string name in new[]
            {
                "relu", "exp", "tanh", "gelu", "add", "add row", "sum", "column sums",
                "BN statistics", "BN apply + relu", "BN gradient sums", "BN gradient apply",
                "softmax 10", "softmax 1000", "max pool 2x2", "max pool 3x3 s2", "max pool gradient 2x2", "adam", "transpose",
            })
            {
                if (!name.Contains(filter, StringComparison.Ordinal)) continue;
                var cells = new List<string>();
                foreach (int lanes in new[] { 16, 8, 4, 1 })
                    cells.Add(SimdWidth.Supported.Contains(lanes)
                        ? $"{SimdWidth.Run<Measure, double>(new Measure(name, floats, x, z, y, w, small), lanes):F1}" : "");
                Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
            }
            Memory.Free((nint)x, (nint)z, (nint)y, (nint)w);
            Memory.Free((nint)small);
        }
    }

    readonly struct Measure(string name, int floats, float* x, float* z, float* y, float* w, float* small) : IWidthUser<double>
    {
        readonly float* _x = x, _z = z, _y = y, _w = w, _small = small;

        public double Use<T>() where T : unmanaged, IVec<T>
        {
            int passes = 0, rows = floats / Channels;
            // Square images of 64 channels; the gradient writes one in the pool's input's place.
            int side = (int)Math.Sqrt(rows) & ~1;
            var two = Pool(side, 2);
            var three = Pool(side, 3);
            double best = double.MaxValue;
            for (int run = 0; run < 6; run++)
            {
                int loops = Math.Max(1, 4_000_000 / floats / (T.Count == 1 ? 4 : 1));
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < loops; i++) passes = Once<T>(two, three, rows);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / loops);
            }
            return passes / best / 1e9;
        }

        /// <summary>Does it once; gives the bytes that it read and wrote.</summary>
        int Once<T>(PoolWindow two, PoolWindow three, int rows) where T : unmanaged, IVec<T>
        {
            float* scale = _small, shift = _small + Channels, scratch = _small + 4096;
            int pooled = 4 * (int)two.InputPixels * Channels;
            switch (name)
            {
                case "relu": ElementwiseLoops.Unary<T, ReluBody>(_x, floats, default, _y); return 8 * floats;
                case "exp": ElementwiseLoops.Unary<T, ExpBody>(_x, floats, default, _y); return 8 * floats;
                case "tanh": ElementwiseLoops.Unary<T, TanhBody>(_x, floats, default, _y); return 8 * floats;
                case "gelu": ElementwiseLoops.Unary<T, GeluBody>(_x, floats, default, _y); return 8 * floats;
                case "add": ElementwiseLoops.Binary<T, AddBody>(_x, _z, floats, default, _y); return 12 * floats;
                case "add row": ElementwiseLoops.BinaryRow<T, AddBody>(_x, scale, rows, Channels, default, _y); return 8 * floats;
                case "sum": RowReductions.Rows<T, SumBody>(_x, 1, floats, default, 1f, _y); return 4 * floats;
                case "column sums":
                    for (int r = 0; r < rows; r += ColumnReductions.Piece)
                        ColumnReductions.ReducePiece<T, SumBody>(_x + r * Channels, Math.Min(ColumnReductions.Piece, rows - r), Channels,
                            Channels, default, scratch, _y);
                    return 4 * floats;
                case "BN statistics":
                    for (int r = 0; r < rows; r += BatchNormLoops.Piece)
                        BatchNormLoops.StatisticsPiece<T>(_x + r * Channels, Math.Min(BatchNormLoops.Piece, rows - r), Channels, Channels,
                            scratch, _y, _y + Channels);
                    return 4 * floats;
                case "BN apply + relu":
                    BatchNormLoops.Apply<T, ReluBody>(_x, rows, Channels, scale, shift, default, _y);
                    return 8 * floats;
                case "BN gradient sums":
                    for (int r = 0; r < rows; r += BatchNormLoops.Piece)
                        BatchNormLoops.GradientSumsPiece<T>(_x + r * Channels, _z + r * Channels, null,
                            Math.Min(BatchNormLoops.Piece, rows - r), Channels, Channels, scale, scratch, _y, _y + Channels);
                    return 8 * floats;
                case "BN gradient apply":
                    BatchNormLoops.ApplyGradient<T>(_x, _z, null, rows, Channels, scale, shift, shift, scale, null, _y);
                    return 12 * floats;
                case "softmax 10": SoftmaxLoops.Softmax<T>(_x, floats / 10, 10, _y); return 8 * floats;
                case "softmax 1000": SoftmaxLoops.Softmax<T>(_x, floats / 1000, 1000, _y); return 8 * floats;
                case "max pool 2x2": MaxPoolLoops.Forward<T>(_x, two, 0, two.OutputRows, (nint*)scratch, _y); return pooled * 5 / 4;
                case "max pool 3x3 s2": MaxPoolLoops.Forward<T>(_x, three, 0, three.OutputRows, (nint*)scratch, _y); return pooled * 5 / 4;
                case "max pool gradient 2x2":
                    MaxPoolLoops.Gradient<T>(_x, _z, two, 0, 0, Channels, (nint*)scratch, _y);
                    return pooled * 9 / 4;
                case "adam":
                    OptimizerLoops.Adam<T>(_x, _z, _y, _w, floats, new(1e-3f, 0.9, 0.999, 1e-8f, 0f, false, 0.5, 0.5), _x, _y, _w);
                    return 28 * floats;
                default:
                    TransposeLoops.Transpose((uint*)_x, Channels, rows, rows, Channels, (uint*)_y);
                    return 8 * floats;
            }
        }

        static PoolWindow Pool(int side, int kernel)
        {
            int padding = kernel / 2 * (kernel % 2);
            var axis = new PoolAxis(side, (side + 2 * padding - kernel) / 2 + 1, kernel, 2, 1, padding, padding);
            return new(1, Channels, PoolAxis.Absent, axis, axis);
        }
    }
}
