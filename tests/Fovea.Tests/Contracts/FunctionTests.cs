using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>DESIGN: compiled functions, their variables, and what happens when calls meet or throw.</summary>
[Collection("Threads")]
public sealed class FunctionTests
{
    static Module Network()
    {
        var net = new Sequential(
            new Conv2d(8, 3, padding: 1), new BatchNorm2d(), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(10));
        net.Build([2, 8, 8], seed: 7);
        return net;
    }

    static Tensor Images(int count, int seed = 3) => Tensor.From(TestValue.Normal([count, 2, 8, 8], seed).To<float>(), [count, 2, 8, 8]);

    static Tensor Labels(int count) => Tensor.From(Enumerable.Range(0, count).Select(i => (long)(i % 10)).ToArray(), [count]);

    static Function<(Tensor, Tensor), Tensor> Step(Module net, Variable rate) => Function.Compile((Tensor x, Tensor y) =>
    {
        var loss = net.Forward(x).CrossEntropy(y);
        var parameters = net.Parameters;
        var gradients = Gradients.Of(loss, parameters);
        for (int i = 0; i < parameters.Count; i++) parameters[i].Assign(parameters[i].Read() - rate.Read() * gradients[i]);
        return loss;
    }, Mode.Training);

    static Variable Rate(double value) => new("rate", Tensor.Constant(value), trainable: false);

    [Fact]
    public void One_trace_serves_every_batch_size()
    {
        var net = Network();
        int traced = 0;
        var f = Function.Compile((Tensor x) =>
        {
            traced++;
            return net.Forward(x);
        });
        foreach (int n in new[] { 1, 7, 64, 7 }) Assert.Equal(new Shape(n, 10), f.Run(Images(n)).Shape);
        Assert.Equal(1, traced);
    }

    [Fact]
    public void Batch_1_and_batch_64_give_the_same_bits()
    {
        var net = Network();
        var f = Function.Compile((Tensor x) => net.Forward(x));
        var images = Images(64);
        float[] together = f.Run(images).ToArray();
        for (int i = 0; i < 64; i++)
            Assert.Equal(together.AsSpan(i * 10, 10).ToArray(), f.Run(images.Slice(0, i, 1)).ToArray());
    }

    [Fact]
    public void Threads_do_not_change_a_bit_of_training()
    {
        int before = Engine.Threads;
        float[]? first = null;
        try
        {
            foreach (int threads in new[] { 1, 2, 3, 5 })
            {
                Engine.Threads = threads;
                var net = Network();
                var step = Step(net, Rate(0.1));
                for (int i = 0; i < 5; i++) step.Run(Images(32, i), Labels(32));
                float[] weights = [.. net.Variables.SelectMany(v => v.ToArray())];
                first ??= weights;
                Assert.Equal(first, weights);
            }
        }
        finally
        {
            Engine.Threads = before;
        }
    }

    [Fact]
    public void A_bound_call_allocates_nothing()
    {
        var net = Network();
        var call = Step(net, Rate(0.01)).Bind(Images(16), Labels(16));
        for (int i = 0; i < 20; i++) call.Run();
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 100; i++) call.Run();
        }));
    }

    [Fact]
    public void A_bound_call_trains_and_reads_what_was_written_into_its_buffers()
    {
        var net = Network();
        var call = Step(net, Rate(0.1)).Bind(Images(32), Labels(32));
        call.Run();
        float first = call.Output.Item();
        for (int i = 0; i < 30; i++) call.Run();
        Assert.True(call.Output.Item() < first / 2, $"The loss went from {first} to {call.Output.Item()}.");
        call.Input.Item1.Buffer<float>().Fill(0);
        call.Run();
        float zeros = call.Output.Item();
        call.Input.Item2.Buffer<long>().Fill(3);
        call.Run();
        Assert.NotEqual(zeros, call.Output.Item());
        Assert.Throws<InvalidOperationException>(() => Images(1).Buffer<float>());
    }

    [Fact]
    public void The_learning_rate_is_a_variable_and_changes_between_calls()
    {
        var w = new Variable("w", Tensor.From(1f));
        var rate = Rate(0.5);
        var step = Function.Compile((Tensor x) =>
        {
            w.Assign(w.Read() - rate.Read() * x);
            return w.Read();
        });
        Assert.Equal(0.5f, step.Run(Tensor.From(1f)).Item());
        rate.Assign(Tensor.Constant(0.25));
        Assert.Equal(0.25f, step.Run(Tensor.From(1f)).Item());
    }

    [Fact]
    public void A_captured_float_is_part_of_the_trace()
    {
        float factor = 2;
        var f = Function.Compile((Tensor x) => x * factor);
        Assert.Equal(2f, f.Run(Tensor.From(1f)).Item());
        // what changes between calls is an input or a variable: this is documented, and this test is the proof
        factor = 3;
        Assert.Equal(2f, f.Run(Tensor.From(1f)).Item());
    }

    [Fact]
    public void A_captured_lazy_tensor_that_depends_on_a_trainable_variable_is_refused()
    {
        var w = new Variable("w", Tensor.From(1f, 2f));
        var lazy = w.Read() * 2;
        var error = Assert.Throws<InvalidOperationException>(() => Function.Compile((Tensor x) => x * lazy).Run(Tensor.From(1f, 1f)));
        Assert.Contains("StopGradient", error.Message);
        var constant = Tensor.From(2f, 3f) + 1;
        Assert.Equal([3f, 4f], Function.Compile((Tensor x) => x * constant).Run(Tensor.From(1f, 1f)).ToArray());
    }

    [Fact]
    public void Reading_while_tracing_is_refused_and_tensors_of_a_finished_trace_too()
    {
        Tensor? leaked = null;
        var f = Function.Compile((Tensor x) =>
        {
            leaked = x * 2;
            Assert.Throws<InvalidOperationException>(() => leaked.ToArray());
            Assert.Equal(5f, (Tensor.Constant(2) + 3).Item());          // constants may be read
            return leaked;
        });
        f.Run(Tensor.From(1f));
        var error = Assert.Throws<InvalidOperationException>(() => leaked! + 1);
        Assert.Contains("finished trace", error.Message);
        Assert.Throws<InvalidOperationException>(() => leaked!.ToArray());
    }

    [Fact]
    public void A_symbolic_size_as_an_int_is_refused_with_the_mend()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Function.Compile((Tensor x) => x * (int)x.Shape[0]).Run(Tensor.From(1f, 2f)));
        Assert.Contains("keep it a Dim", error.Message);
        Assert.Equal([2f, 4f], Function.Compile((Tensor x) => x * x.Shape[0]).Run(Tensor.From(1f, 2f)).ToArray());
    }

    [Fact]
    public void Batch_norm_called_twice_in_one_trace_moves_its_statistics_twice()
    {
        var norm = new BatchNorm1d();
        norm.Build([3], seed: 1);
        var mean = norm.Variables.Single(v => v.Name == "running_mean");
        var f = Function.Compile((Tensor a, Tensor b) => norm.Forward(a).Sum() + norm.Forward(b).Sum(), Mode.Training);
        f.Run(Tensor.Filled([4, 3], 1), Tensor.Filled([4, 3], 2));
        Assert.Equal(0.1f * 0.9f + 0.2f, mean.ToArray()[0], 1e-6f);
    }

    [Fact]
    public void Calling_a_function_inside_a_trace_inlines_it()
    {
        var w = new Variable("w", Tensor.From(3f));
        var inner = Function.Compile((Tensor x) => x * w.Read());
        var outer = Function.Compile((Tensor x) => Gradients.Of(inner.Run(x), [w])[0]);
        Assert.Equal(5f, outer.Run(Tensor.From(5f)).Item());
    }

    [Fact]
    public void Freezing_traces_again_and_stops_the_gradient()
    {
        var w = new Variable("w", Tensor.From(3f));
        var f = Function.Compile((Tensor x) => Gradients.Of((x * w.Read()).Sum(), [w])[0]);
        Assert.Equal(2f, f.Run(Tensor.From(2f)).Item());
        w.IsFrozen = true;
        f.Run(Tensor.From(2f));
        Assert.Equal(2, f.TraceCount);
    }

    [Fact]
    public void Constraints_of_sizes_are_checked_when_they_are_bound()
    {
        var f = Function.Compile((Tensor x, Tensor y) => x + y);
        Assert.Equal([2f, 4f], f.Run(Tensor.From(1f, 2f), Tensor.From(1f, 2f)).ToArray());
        Assert.Throws<ShapeMismatchException>(() => f.Run(Tensor.From(1f, 2f), Tensor.From(1f, 2f, 3f)));
    }

    [Fact]
    public void Swapping_two_variables_swaps_them()
    {
        Variable a = new("a", Tensor.From(1f)), b = new("b", Tensor.From(2f));
        var f = Function.Compile((Tensor x) =>
        {
            Tensor oldA = a, oldB = b;
            a.Assign(oldB);
            b.Assign(oldA);
            return x;
        });
        f.Run(Tensor.From(0f));
        Assert.Equal((2f, 1f), (a.ToArray()[0], b.ToArray()[0]));
    }

    [Fact]
    public void An_update_in_place_waits_for_every_read_of_the_old_value()
    {
        Variable w = new("w", Tensor.From(1f, 2f)), v = new("v", Tensor.From(10f, 20f));
        var f = Function.Compile((Tensor x) =>
        {
            Tensor w0 = w, v0 = v;
            w.Assign(w0 + v0);                  // each update reads the other's old value
            v.Assign(v0 - w0);
            return w0 * v0 + x;
        });
        Assert.Equal([10f, 40f], f.Run(Tensor.From(0f, 0f)).ToArray());
        Assert.Equal([11f, 22f], w.ToArray());
        Assert.Equal([9f, 18f], v.ToArray());
    }

    [Fact]
    public async Task Readers_on_eight_threads_see_whole_values_while_another_writes()
    {
        var w = new Variable("w", Tensor.From(new float[4096], [4096]));
        var read = Function.Compile((Tensor x) => (w.Read() * x).Sum());
        var write = Function.Compile((Tensor x) =>
        {
            w.Assign(w.Read() + x);
            return x;
        });
        var one = Tensor.Constant(1);
        write.Run(one);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            int count = 0;
            while (!stop.IsCancellationRequested || count == 0)
            {
                float sum = read.Run(one).Item();
                Assert.Equal(0, sum % 4096);        // all 4096 elements of one version
                count++;
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        for (int i = 0; i < 200; i++) write.Run(one);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(201f, w.ToArray()[17]);
    }

    sealed record Trap(bool Armed) : Op
    {
        public static bool Throws { get; set; }
        public override TensorType[] Infer(Inputs inputs) => [inputs[0]];
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient];
        protected internal override Op Code(Attributes attributes) => new Trap(attributes.Value(Armed));
        public override IEnumerable<Sample> Samples() => [];
        public override bool HasEvaluate => true;
        public override void Evaluate(in KernelCall call)
        {
            if (Throws) throw new ArithmeticException("trap");
            call.Source<float>(0).CopyTo(call.Target<float>(0));
        }
    }

    [Fact]
    public void A_call_that_throws_half_way_leaves_torn_variables_that_say_so_and_whole_others()
    {
        Variable inPlace = new("in place", Tensor.From(1f, 2f)), late = new("late", Tensor.From(5f, 6f));
        var f = Function.Compile((Tensor x) =>
        {
            inPlace.Assign(inPlace.Read() + x);
            late.Assign(Tensor.Apply(new Trap(true), x) + 1);
            return x;
        });
        Trap.Throws = true;
        try
        {
            Assert.Throws<ArithmeticException>(() => f.Run(Tensor.From(1f, 1f)));
        }
        finally
        {
            Trap.Throws = false;
        }
        Assert.Equal([5f, 6f], late.ToArray());
        var error = Assert.Throws<InvalidOperationException>(() => inPlace.ToArray());
        Assert.Contains("half written", error.Message);
        Assert.Throws<InvalidOperationException>(() => f.Run(Tensor.From(1f, 1f)));
        inPlace.Assign(Tensor.From(0f, 0f));
        f.Run(Tensor.From(1f, 1f));
        Assert.Equal([1f, 1f], inPlace.ToArray());
    }

    [Fact]
    public void Many_sizes_keep_a_bounded_number_of_plans_and_right_results()
    {
        var f = Function.Compile((Tensor x) => x.Sum() * 2);
        for (int n = 1; n <= 80; n++) Assert.Equal(2f * n, f.Run(Tensor.Filled([n], 1)).Item());
        for (int n = 1; n <= 80; n += 7) Assert.Equal(2f * n, f.Run(Tensor.Filled([n], 1)).Item());
        Assert.Equal(1, f.TraceCount);
    }

    [Fact]
    public void Ever_new_constant_sizes_keep_a_bounded_number_of_traces()
    {
        var f = Function.Compile((Tensor x) => x.Sum());
        for (int n = 1; n <= 200; n++) Assert.Equal(n, f.Run(Tensor.Filled([1, n], 1)).Item());
        Assert.InRange(f.TraceCount, 1, 64);
    }

    readonly record struct Pair(Tensor A, Tensor B) : ITensors<Pair>
    {
        public Pair Map(TensorMap map) => new(map.Next(A), map.Next(B));
    }

    [Fact]
    public void Functions_take_tuples_arrays_and_structures_of_ones_own()
    {
        var tuple = Function.Compile((Tensor a, Tensor b) => (sum: a + b, product: a * b));
        var result = tuple.Run(Tensor.From(2f), Tensor.From(3f));
        Assert.Equal((5f, 6f), (result.sum.Item(), result.product.Item()));
        var own = Function.Compile((Pair p) => new Pair(p.B, p.A));
        Assert.Equal(3f, own.Run(new Pair(Tensor.From(2f), Tensor.From(3f))).A.Item());
        Assert.Equal([1f, 2f], Function.Compile((Tensor a) => new[] { a, a + 1 }).Run(Tensor.From(1f)).Select(t => t.Item()));
        Assert.Throws<ArgumentException>(() => Function.Compile((Tensor a) => "no tensor").Run(Tensor.From(1f)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_moving_average_beside_an_update_in_place_reads_the_old_value(bool reshaped)
    {
        Variable w = new("w", Tensor.From(1f, 2f)), average = new("average", Tensor.From(0f, 0f), trainable: false);
        var f = Function.Compile((Tensor x) =>
        {
            Tensor w0 = w;
            w.Assign(w0 - x);
            var old = reshaped ? w0.Reshape(2, 1).Reshape(2) : w0.StopGradient();
            average.Assign(average.Read() * 0.5 + old * 0.5);
            return x;
        });
        f.Run(Tensor.From(10f, 10f));
        Assert.Equal([-9f, -8f], w.ToArray());
        Assert.Equal([0.5f, 1f], average.ToArray());
    }

    [Fact]
    public void A_variable_that_takes_a_bound_calls_output_keeps_it_when_the_call_runs_again()
    {
        var call = Function.Compile((Tensor x) => x * 2).Bind(Tensor.From(1f));
        call.Run();
        var kept = new Variable("kept", Tensor.From(0f));
        kept.Assign(call.Output);
        call.Input.Buffer<float>()[0] = 50;
        call.Run();
        Assert.Equal(2f, kept.ToArray()[0]);
        Assert.Equal(100f, call.Output.Item());
    }

    [Fact]
    public void A_call_that_meets_a_torn_variable_tears_no_other()
    {
        Variable first = new("first", Tensor.From(1f)), second = new("second", Tensor.From(1f)), late = new("late", Tensor.From(1f));
        var tear = Function.Compile((Tensor x) =>
        {
            second.Assign(second.Read() + x);
            late.Assign(Tensor.Apply(new Trap(true), x) + 1);
            return x;
        });
        Trap.Throws = true;
        try
        {
            Assert.Throws<ArithmeticException>(() => tear.Run(Tensor.From(1f)));
        }
        finally
        {
            Trap.Throws = false;
        }
        Assert.Throws<InvalidOperationException>(() => second.ToArray());
        var both = Function.Compile((Tensor x) =>
        {
            first.Assign(first.Read() + x);
            second.Assign(second.Read() + x);
            return x;
        });
        Assert.Throws<InvalidOperationException>(() => both.Run(Tensor.From(1f)));
        Assert.Equal(1f, first.ToArray()[0]);
    }
}
