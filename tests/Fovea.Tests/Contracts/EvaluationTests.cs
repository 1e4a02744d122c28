using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>DESIGN: evaluation of lazy tensors, variables, and gradients outside traces.</summary>
[Collection("Threads")]
public sealed class EvaluationTests
{
    [Fact]
    public void Reading_evaluates_and_building_does_not()
    {
        var x = Tensor.From(1f, 2f, 3f);
        var y = (x * 2 + 1).Relu();
        Assert.False(y.IsEvaluated);
        Assert.Equal([3f, 5f, 7f], y.ToArray());
        Assert.True(y.IsEvaluated);
    }

    [Fact]
    public void A_printed_loss_still_has_its_gradient()
    {
        var w = new Variable("w", Tensor.From(1f, 2f, 3f));
        var loss = (w.Read().Square() * 2).Sum();
        Assert.Equal(28f, loss.Item());
        Assert.Equal([4f, 8f, 12f], Gradients.Of(loss, [w])[0].ToArray());
    }

    [Fact]
    public void A_write_cuts_what_read_the_old_value_and_the_error_says_so()
    {
        var w = new Variable("w", Tensor.From(1f, 2f));
        var loss = w.Read().Square().Sum();
        loss.Item();
        w.Assign(Tensor.From(5f, 5f));
        var error = Assert.Throws<InvalidOperationException>(() => Gradients.Of(loss, [w]));
        Assert.Contains("variable \"w\"", error.Message);
        Assert.Contains("before writing the variable", error.Message);
    }

    [Fact]
    public void A_lazy_tensor_uses_the_value_its_variable_had_when_the_line_was_written()
    {
        var w = new Variable("w", Tensor.From(1f, 2f));
        var before = w.Read() + 0;
        w.Assign(Tensor.From(10f, 20f));
        var after = w.Read() + 0;
        Assert.Equal([1f, 2f], before.ToArray());
        Assert.Equal([10f, 20f], after.ToArray());
    }

    [Fact]
    public void A_lazy_tensor_keeps_the_old_value_when_a_compiled_function_writes()
    {
        var w = new Variable("w", Tensor.From(1f, 2f));
        var before = w.Read() + 0;
        var step = Function.Compile((Tensor x) =>
        {
            w.Assign(w.Read() + x);
            return w.Read().Sum();
        });
        Assert.Equal(23f, step.Run(Tensor.From(10f, 10f)).Item());
        Assert.Equal([1f, 2f], before.ToArray());
        Assert.Equal([11f, 12f], w.ToArray());
    }

    [Fact]
    public void Gradients_of_unwatched_evaluated_values_are_refused_with_the_mend()
    {
        var x = Tensor.From(1f, 2f);
        var y = x.Square();
        y.ToArray();
        var error = Assert.Throws<InvalidOperationException>(() => Gradients.Of(y, x));
        Assert.Contains("Watch()", error.Message);
        var z = x.Watch().Square();
        z.ToArray();
        Assert.Equal([2f, 4f], Gradients.Of(z, x).ToArray());
    }

    [Fact]
    public void Second_derivatives_come_free()
    {
        var x = Tensor.From(1f, 2f, 3f).Watch();
        var y = (x * x * x).Sum();
        var first = Gradients.Of(y, x);
        Assert.Equal([3f, 12f, 27f], first.ToArray());
        Assert.Equal([6f, 12f, 18f], Gradients.Of(first.Sum(), x).ToArray());
    }

    [Fact]
    public void An_interior_value_is_kept_from_the_second_time()
    {
        var x = Tensor.From(1f, 2f);
        var interior = x.Exp();
        (interior + 1).ToArray();
        Assert.False(interior.IsEvaluated);
        (interior + 2).ToArray();
        Assert.True(interior.IsEvaluated);
    }

    [Fact]
    public void A_list_of_printed_losses_holds_no_old_parameters()
    {
        var w = new Variable("w", Tensor.From(new float[1 << 18], [1 << 18]));
        var losses = new List<Tensor>();
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < 40; i++)
        {
            var loss = (w.Read() - 1).Square().Sum();
            loss.Item();
            losses.Add(loss);
            w.Assign(w.Read() - 0.1 * Gradients.Of(loss, [w])[0]);
        }
        long held = GC.GetTotalMemory(true) - before;
        GC.KeepAlive(losses);
        Assert.True(held < 8 << 20, $"{held >> 20} MiB are held by 40 printed losses over a variable of 1 MiB.");
    }
}
