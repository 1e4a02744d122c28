using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>If, Loop and Scan as users write them: what bodies capture, what they refuse, gradients, compiled functions.</summary>
public sealed class RegionTests
{
    static readonly Tensor X = Tensor.From(1f, -2f, 3f);

    [Fact]
    public void One_branch_is_run_and_the_other_is_not()
    {
        // The other branch would throw: its index is outside.
        var table = Tensor.From(10f, 20f, 30f);
        foreach (var holds in new[] { true, false })
        {
            var y = Tensor.If(Tensor.From(holds), () => X * 2, () => table.Gather(Tensor.From(holds ? 99L : 2L)).BroadcastTo([3]));
            Assert.Equal(holds ? [2, -4, 6] : [30, 30, 30], y.ToArray());
        }
    }

    [Fact]
    public void A_condition_is_read_when_a_compiled_function_runs()
    {
        var f = Function.Compile((Tensor x) => Tensor.If(x.Sum() > 0, () => x.Square(), () => -x));

        Assert.Equal([1, 4, 9], f.Run(X).ToArray());
        Assert.Equal([2, 2, 3], f.Run(Tensor.From(-2f, -2f, -3f)).ToArray());
        Assert.Equal(1, f.TraceCount);
    }

    [Fact]
    public void Branches_of_other_types_are_refused_with_both()
    {
        var fault = Assert.Throws<ShapeMismatchException>(() => Tensor.If(Tensor.From(true), () => X, () => X.Sum()));
        Assert.Contains("Float32 3", fault.Message);
        Assert.Contains("Float32 scalar", fault.Message);
        Assert.Throws<ShapeMismatchException>(() => Tensor.If(X, () => X, () => X));
    }

    [Fact]
    public void A_state_that_changes_its_type_is_refused_with_both()
    {
        var fault = Assert.Throws<ShapeMismatchException>(() => Tensor.Loop(3, [X], (_, s) => [Tensor.Concat(0, s[0], s[0])]));

        Assert.Contains("goes in as Float32 3 and comes out as Float32 6", fault.Message);
    }

    [Fact]
    public void A_body_writes_no_variable_and_draws_no_number()
    {
        var state = new Variable("state", X);
        Assert.Contains("state", Assert.Throws<InvalidOperationException>(() => Tensor.If(Tensor.From(true), () =>
        {
            state.Assign(X + 1);
            return X;
        }, () => X)).Message);
        Assert.Contains("Scan walk", Assert.Throws<InvalidOperationException>(
            () => Tensor.Loop(2, [X], (_, s) => [s[0] + Tensor.Uniform(3)])).Message);
    }

    [Fact]
    public void The_value_of_a_tensor_inside_a_body_is_not_known() =>
        Assert.Throws<InvalidOperationException>(() => Tensor.Loop(2, [X], (_, s) => s[0].Item() > 0 ? s : [-s[0]]));

    [Fact]
    public void A_loop_runs_as_often_as_its_condition_says_and_tells_how_often()
    {
        // Newton's method for √2.
        var result = Tensor.Loop(count: null, condition: null, [Tensor.From(1.0)], (_, s) =>
        {
            var next = (s[0] + 2.0 / s[0]) * 0.5;
            return new((next - s[0]).Abs() > 1e-12, [next]);
        });

        Assert.Equal(Math.Sqrt(2), result.States[0].Item<double>(), 1e-15);
        Assert.InRange(result.Turns.Item<long>(), 4, 7);
    }

    [Fact]
    public void What_the_turns_of_a_loop_give_is_stacked_and_zero_beyond_the_last()
    {
        var f = Function.Compile((Tensor count) =>
        {
            var loop = Tensor.Loop(count, null, [Tensor.Constant(1)], (turn, s) => new(null, [s[0] * 2], s[0], turn), maximum: 5);
            return (loop.Turns, loop.States[0], loop.Outputs[0], loop.Outputs[1]);
        });
        foreach (var (count, turns) in new[] { (0L, 0L), (3, 3), (5, 5), (9, 5) })
        {
            var (made, state, powers, numbers) = f.Run(Tensor.From([count], Shape.Scalar));
            Assert.Equal(turns, made.Item<long>());
            Assert.Equal(1 << (int)turns, state.Item());
            Assert.Equal(Enumerable.Range(0, 5).Select(i => i < turns ? (float)(1 << i) : 0), powers.ToArray());
            Assert.Equal(Enumerable.Range(0, 5).Select(i => i < turns ? (long)i : 0), numbers.ToArray<long>());
        }
    }

    [Fact]
    public void A_loop_without_a_maximum_stacks_nothing_and_has_no_gradient()
    {
        Assert.Contains("maximum", Assert.Throws<ShapeMismatchException>(
            () => Tensor.Loop(null, null, [X], (_, s) => new(null, s, s[0]))).Message);
        var x = Tensor.From(2f).Watch();
        var y = Tensor.Loop(Tensor.From([3L], Shape.Scalar), null, [x], (_, s) => new(null, [s[0] * s[0]])).States[0];
        Assert.Equal(256, y.Item());
        Assert.Contains("Give it a maximum", Assert.Throws<UnsupportedOperatorException>(() => Gradients.Of(y, x)).Message);
    }

    [Fact]
    public void Parameters_that_a_body_reads_get_gradients_also_through_two_bodies()
    {
        var weight = new Variable("weight", Tensor.From(1.5f));
        var step = Function.Compile((Tensor x) =>
        {
            var y = Tensor.Loop(3, [x], (turn, s) =>
                [Tensor.If((turn < 1).Reshape(Shape.Scalar), () => s[0] * weight, () => s[0] + weight)])[0];
            return (y, Gradients.Of(y, [weight])[0], Gradients.Of(y, x));
        });

        var (y, dw, dx) = step.Run(Tensor.From(4f));

        // x · w + w + w.
        Assert.Equal(9, y.Item());
        Assert.Equal(6, dw.Item());
        Assert.Equal(1.5f, dx.Item());
    }

    [Fact]
    public void A_constant_of_outside_has_a_gradient_and_one_of_the_body_is_its_own()
    {
        var scale = Tensor.Constant(3);
        var y = Tensor.Scan(Tensor.Constant(1), X, (s, e) => (s * scale * 0.5f, s + e * 2)).Output;

        // Outputs: 1 + 2x₀, 3/2 + 2x₁, (3/2)² + 2x₂: the derivative is 1/2 + 2 · 3/4.
        Assert.Equal(2, Gradients.Of(y.Sum(), scale).Item());
        Assert.Equal([2, 2, 2], Gradients.Of(y.Sum(), X).ToArray());
        Assert.Contains("const Float32 scalar", Region.Of([TensorType.Float([3])], x => [x[0] * 2]).ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cell_by_scan_is_the_operator(bool reverse)
    {
        const int batch = 3, steps = 7, features = 4, state = 5;
        SampleValue[] values =
        [
            Normal(1, batch, steps, features), Normal(2, 4 * state, features), Normal(3, 4 * state, state), Normal(4, 4 * state),
            Normal(5, batch, state), Normal(6, batch, state),
        ];
        var both = ValueFunction.Of([.. values.Select(v => v.Type)], t =>
        {
            var (y, last, cell) = t[0].Lstm(t[1], t[2], t[3], t[4], t[5], reverse: reverse);
            var (states, outputs) = Tensor.Scan([t[4], t[5]], [t[0]], (s, e) =>
            {
                var a = e[0].Linear(t[1], t[3]) + s[0].Linear(t[2]);
                Tensor Gate(int i) => a.Slice(1, i * state, state);
                var next = Gate(1).Sigmoid() * s[1] + Gate(0).Sigmoid() * Gate(2).Tanh();
                var hidden = Gate(3).Sigmoid() * next.Tanh();
                return ([hidden, next], [hidden]);
            }, axis: 1, reverse);
            Tensor one = y.Square().Sum() + last.Sum() + cell.Sum();
            Tensor other = outputs[0].Square().Sum() + states[0].Sum() + states[1].Sum();
            return [y, last, cell, .. Gradients.Of(one, t), outputs[0], .. states, .. Gradients.Of(other, t)];
        });

        var results = both.Run(values);

        for (var i = 0; i < 9; i++)
        {
            double[] expected = results[i].Numbers(), actual = results[i + 9].Numbers();
            Assert.Equal(expected.Length, actual.Length);
            for (var j = 0; j < expected.Length; j++)
            {
                Assert.Equal(expected[j], actual[j], 1e-12 * (1 + Math.Abs(expected[j])));
            }
        }
    }

    static SampleValue Normal(int seed, params int[] sizes) => SampleValue.Normal<double>(new Dims(sizes), seed);

    [Fact]
    public void A_body_may_have_the_symbols_of_a_trace()
    {
        var weight = new Variable("weight", SampleValue.Normal([4, 4], 1).ToTensor());
        var f = Function.Compile((Tensor x) =>
        {
            var y = Tensor.Loop(x.Shape[0], [x],
                (turn, s) => [(s[0].MatMul(weight) / x.Shape[0]).Tanh() + turn.Cast(ElementType.Float32)])[0];
            return (y, Gradients.Of(y.Sum(), x));
        });
        foreach (var n in new[] { 1, 2, 5 })
        {
            var x = SampleValue.Normal([n, 4], n).ToTensor();
            var expected = x.Watch();
            for (var turn = 0; turn < n; turn++)
            {
                expected = (expected.MatMul(weight) / n).Tanh() + turn;
            }

            var (y, dx) = f.Run(x);
            Assert.Equal(expected.ToArray(), y.ToArray());
            Close(Gradients.Of(expected.Sum(), x).ToArray(), dx.ToArray());
        }

        Assert.Equal(1, f.TraceCount);
    }

    static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5 * (1 + Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void A_bound_call_of_a_loop_allocates_nothing()
    {
        var f = Function.Compile((Tensor x) =>
            Tensor.Loop(null, null, [x], (_, s) => new((s[0].Sum() < 1000).Reshape(Shape.Scalar), [s[0] * 1.5f])).States[0]);
        var call = f.Bind(Tensor.From(1f, 2f, 3f));
        call.Run();
        call.Run();

        Assert.Equal(0, Allocations.Least(call.Run));
        // The 14th turn begins with a sum of 6 · 1.5¹³ = 1167, and is the last.
        Assert.Equal(Math.Pow(1.5, 14), call.Output.AsSpan()[0], 1e-3);
    }

    [Fact]
    public void Threads_change_no_bit_of_what_they_share()
    {
        Tensor x = SampleValue.Normal([6, 300], 1).ToTensor(), w = SampleValue.Normal([300, 300], 2).ToTensor();
        var function = ValueFunction.Of([x.Type, w.Type], t =>
        {
            var y = Tensor.Loop(
                Tensor.From([4L], Shape.Scalar), null, [t[0]], (_, s) => new(null, [(s[0].MatMul(t[1]) * 0.05f).Tanh()]), 6);
            return [y.States[0], .. Gradients.Of(y.States[0].Sum(), [t[0], t[1]])];
        });
        SampleValue[] inputs = [SampleValue.Normal([6, 300], 1), SampleValue.Normal([300, 300], 2)];

        var alone = function.Run(inputs, 1);

        foreach (var threads in new[] { 2, 3 })
        {
            var together = function.Run(inputs, threads);
            for (var i = 0; i < alone.Length; i++)
            {
                Assert.Null(ConformanceCase.BitDifference(together[i], alone[i]));
            }
        }
    }

    [Fact]
    public void A_body_is_printed_below_its_operator()
    {
        var f = Function.Compile((Tensor x) => Tensor.If(x.Sum() > 0, () => x * 2, () => x));

        var text = f.Print(X);

        Assert.Contains("= If(", text);
        Assert.Contains("\n  Then:\n    %0: Float32 N\n", text);
        Assert.Contains("return %", text);
    }
}
