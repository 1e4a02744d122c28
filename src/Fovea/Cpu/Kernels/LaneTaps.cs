using Fovea.Cpu.Simd;
using Fovea.Ops;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// The taps of an axis whose pixels are few numbers wide, turned into steps on vectors of neighbouring outputs: the inputs of sixteen
/// outputs lie in one vector or a few, and a step puts a tap of each into its lane. Each lane takes its taps in ascending order.
/// </summary>
sealed unsafe class LaneTaps<T> where T : unmanaged, IVec<T>
{
    readonly int[] _windowsOfVector, _lanes;
    readonly LaneWindow[] _windows;
    readonly float[] _weights;
    readonly nint _outputs;
    readonly bool _copies;

    /// <param name="axis">The taps.</param>
    /// <param name="channels">Numbers of a pixel.</param>
    public LaneTaps(AxisTaps axis, int channels)
    {
        int inputs = checked(axis.Inputs * channels);
        _outputs = checked(axis.Outputs * channels);
        _copies = axis.IsSelection;
        List<int> windowsOfVector = [0], lanes = [];
        List<LaneWindow> windows = [];
        List<float> weights = [];
        for (nint first = 0; first < _outputs; first += T.Count)
        {
            int width = (int)Math.Min(T.Count, _outputs - first);
            int[] next = new int[width];
            while (true)
            {
                int least = int.MaxValue;
                for (int i = 0; i < width; i++)
                    if (Input(i) is { } input) least = Math.Min(least, input);
                if (least == int.MaxValue) break;
                int start = Math.Max(0, Math.Min(least, inputs - T.Count)), firstStep = weights.Count / T.Count;
                bool full = true;
                while (AddStep(start, ref full)) { }
                windows.Add(new(start, Math.Min(T.Count, inputs - start), firstStep, weights.Count / T.Count, full));
            }
            windowsOfVector.Add(windows.Count);

            int? Input(int lane)
            {
                var (output, channel) = Math.DivRem((int)first + lane, channels);
                var pixels = axis.Pixels(output);
                return next[lane] < pixels.Length ? pixels[next[lane]] * channels + channel : null;
            }

            bool AddStep(int start, ref bool full)
            {
                int[] lane = new int[T.Count];
                float[] weight = new float[T.Count];
                int taken = 0;
                for (int i = 0; i < width; i++)
                {
                    if (Input(i) is not { } input || input >= start + T.Count) continue;
                    (lane[i], weight[i]) = (input - start, (float)axis.Weights(((int)first + i) / channels)[next[i]++]);
                    taken++;
                }
                if (taken == 0) return false;
                full &= taken == width;
                lanes.AddRange(lane);
                weights.AddRange(weight);
                return true;
            }
        }
        (_windowsOfVector, _lanes, _windows, _weights) = ([.. windowsOfVector], [.. lanes], [.. windows], [.. weights]);
    }

    /// <summary>How many steps a row takes.</summary>
    public int Steps => _weights.Length / T.Count;

    /// <summary>One row.</summary>
    public void Run(float* x, float* y)
    {
        fixed (int* windowsOfVector = _windowsOfVector, lanes = _lanes)
        fixed (LaneWindow* windows = _windows)
        fixed (float* weights = _weights)
            ResizeLoops.Lanes<T>(x, windows, windowsOfVector, lanes, weights, _outputs, _copies, y);
    }
}
