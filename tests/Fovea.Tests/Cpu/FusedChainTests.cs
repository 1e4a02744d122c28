using Fovea.Cpu.Simd;
using Xunit;

namespace Fovea.Tests.Cpu;

public sealed unsafe class FusedChainTests
{
    [Fact]
    public void A_chain_gives_the_bits_of_its_steps_for_every_width_and_cut()
    {
        // silu((x·scale[row] + bias[column])·s) where x > 0, else tanh(x); and x > 0 as bytes. Row short, long and longer than a block.
        foreach (int columns in new[] { 1, 7, 64, 1000, 1024, 1500, 5000 })
        {
            int rows = 4000 / columns + 3, n = rows * columns;
            float[] x = Widths.Normal(columns, n), scale = Widths.Normal(1, rows), bias = Widths.Normal(2, columns), s = [0.7f];
            var chain = new FusedChain(
                [ChainInput.Full, new ChainInput(columns), new ChainInput(1, columns), ChainInput.Scalar],
                [
                    ChainStep.Binary(BinaryCode.Multiply, 0, 1), ChainStep.Binary(BinaryCode.Add, 4, 2),
                    ChainStep.Binary(BinaryCode.Multiply, 5, 3),
                    ChainStep.Unary(UnaryCode.Silu, 6), ChainStep.Unary(UnaryCode.Clip, 0, 0f, 100f),
                    ChainStep.Compare(CompareCode.Greater, 0, 8),
                    ChainStep.Unary(UnaryCode.Not, 9), ChainStep.Unary(UnaryCode.Step, 0), ChainStep.Unary(UnaryCode.Tanh, 0),
                    ChainStep.Select(11, 7, 12),
                ],
                [new(13), new(11, Bytes: true), new(7)]);

            var expected = new float[n];
            for (int i = 0; i < n; i++) expected[i] = (x[i] * scale[i / columns] + bias[i % columns]) * s[0];
            float[] silu = Unary(UnaryCode.Silu, expected), tanh = Unary(UnaryCode.Tanh, x);
            for (int i = 0; i < n; i++) expected[i] = x[i] > 0 ? silu[i] : tanh[i];

            foreach (int cut in new[] { n, 16, 1024, 1040, 48 })
            {
                string what = $"{columns} columns, cut {cut}";
                float[] y = Widths.Same(what, () => Run<V1>(), () => Run<V128>(), () => Run<V256>(), () => Run<V512>());
                Widths.AssertSame(what, expected, y.AsSpan(0, n));
                Widths.AssertSame(what, silu, y.AsSpan(n, n));
                for (int i = 0; i < n; i++) Assert.Equal(x[i] > 0 ? 1f : 0f, y[2 * n + i]);

                float[] Run<T>() where T : unmanaged, IVec<T>
                {
                    var all = new float[3 * n];
                    var bytes = new byte[n];
                    var scratch = new float[chain.ScratchFloats];
                    Array.Fill(scratch, float.NaN);
                    fixed (float* px = x, pscale = scale, pbias = bias, ps = s, py = all, pscratch = scratch)
                    fixed (byte* pb = bytes)
                    {
                        void** inputs = stackalloc void*[] { px, pscale, pbias, ps };
                        void** outputs = stackalloc void*[] { py, pb, py + n };
                        for (int start = 0; start < n; start += cut) chain.Run<T>(inputs, outputs, start, Math.Min(cut, n - start),
                            pscratch);
                    }
                    for (int i = 0; i < n; i++) all[2 * n + i] = bytes[i];
                    return all;
                }
            }
        }
    }

    [Fact]
    public void Channels_of_a_row_major_value_and_bytes_are_read()
    {
        const int batch = 3, channels = 5, pixels = 333, n = batch * channels * pixels;
        float[] x = Widths.Normal(1, n), gain = Widths.Normal(2, channels);
        byte[] mask = [.. Enumerable.Range(0, n).Select(i => (byte)(i % 3 == 0 ? 1 : 0))];
        var chain = new FusedChain([ChainInput.Full, new ChainInput(pixels, channels), new ChainInput(Bytes: true)],
            [ChainStep.Binary(BinaryCode.Multiply, 0, 1), ChainStep.Binary(BinaryCode.Multiply, 3, 2)], [new(4)]);
        var y = new float[n];
        var scratch = new float[chain.ScratchFloats];
        fixed (float* px = x, pg = gain, py = y, ps = scratch)
        fixed (byte* pm = mask)
        {
            void** inputs = stackalloc void*[] { px, pg, pm };
            void** outputs = stackalloc void*[] { py };
            for (int start = 0; start < n; start += 1600) chain.Run<V128>(inputs, outputs, start, Math.Min(1600, n - start), ps);
        }
        for (int i = 0; i < n; i++) Assert.Equal(x[i] * gain[i / pixels % channels] * mask[i], y[i]);
    }

    [Fact]
    public void A_result_may_lie_on_an_operand_read_no_later()
    {
        float[] x = Widths.Normal(1, 3000), expected = Unary(UnaryCode.Exp, Unary(UnaryCode.Negate, x));
        var chain = new FusedChain([ChainInput.Full], [ChainStep.Unary(UnaryCode.Negate, 0), ChainStep.Unary(UnaryCode.Exp, 1)], [new(2)]);
        var scratch = new float[chain.ScratchFloats];
        fixed (float* px = x, ps = scratch)
        {
            void** inputs = stackalloc void*[] { px };
            chain.Run<V128>(inputs, inputs, 0, x.Length, ps);
        }
        Widths.AssertSame("in place", expected, x);
    }

    [Fact]
    public void Registers_are_used_again()
    {
        var steps = new ChainStep[40];
        for (int i = 0; i < steps.Length; i++) steps[i] = ChainStep.Unary(UnaryCode.Sin, i);
        Assert.Equal(2 * FusedChain.Block, new FusedChain([ChainInput.Full], steps, [new(40)]).ScratchFloats);
    }

    [Fact]
    public void Steps_out_of_order_are_refused() =>
        Assert.Throws<ArgumentException>(() => new FusedChain([ChainInput.Full], [ChainStep.Unary(UnaryCode.Exp, 1)], [new(1)]));

    static float[] Unary(UnaryCode code, float[] x)
    {
        var y = new float[x.Length];
        fixed (float* from = x, to = y) Elementwise<V1>.Unary(code, 0, 0, from, x.Length, to);
        return y;
    }
}
