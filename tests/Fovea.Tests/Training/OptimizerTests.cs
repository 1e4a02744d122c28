using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class OptimizerTests
{
    public static TheoryData<string> Kinds => ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "centered", "adadelta"];

    static Optimizer Create(string kind) => kind switch
    {
        "sgd" => new Sgd(0.1, weightDecay: 0.01),
        "momentum" => new Sgd(0.1, momentum: 0.9),
        "nesterov" => new Sgd(0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
        "adam" => new Adam(0.1, weightDecay: 0.01),
        "rmsprop" => new RmsProp(0.01, alpha: 0.9, momentum: 0.9, weightDecay: 0.01),
        "centered" => new RmsProp(0.02, alpha: 0.9, epsilon: 1e-3, centered: true),
        "adadelta" => new Adadelta(epsilon: 1e-2, weightDecay: 0.01),
        _ => new AdamW(0.1),
    };

    static Tensor Numbers(int count, int salt = 0) =>
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (i * 37 + salt) % 19 / 9f - 1)], [count]);

    /// <summary>PyTorch's formulas, one number at a time, in double.</summary>
    static double[] Reference(string kind, double[] p, IEnumerable<double[]> gradients)
    {
        double[] m = new double[p.Length], v = new double[p.Length], a = new double[p.Length];
        int t = 0;
        foreach (double[] gradient in gradients)
        {
            t++;
            for (int i = 0; i < p.Length; i++)
            {
                double g = gradient[i];
                if (kind is "adam" or "adamw")
                {
                    if (kind == "adam") g += 0.01 * p[i];
                    else p[i] -= 0.1 * 0.01 * p[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    p[i] -= 0.1 / (1 - Math.Pow(0.9, t)) * m[i] / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
                    continue;
                }
                if (kind is not ("momentum" or "centered")) g += 0.01 * p[i];
                if (kind is "rmsprop" or "centered" or "adadelta")
                {
                    v[i] = 0.9 * v[i] + 0.1 * g * g;
                    a[i] = 0.9 * a[i] + 0.1 * g;
                    double u = kind switch
                    {
                        "rmsprop" => g / (Math.Sqrt(v[i]) + 1e-8),
                        "centered" => g / (Math.Sqrt(v[i] - a[i] * a[i]) + 1e-3),
                        _ => Math.Sqrt(m[i] + 1e-2) / Math.Sqrt(v[i] + 1e-2) * g,
                    };
                    if (kind == "rmsprop") u = m[i] = 0.9 * m[i] + u;
                    if (kind == "adadelta") m[i] = 0.9 * m[i] + 0.1 * u * u;
                    p[i] -= kind switch { "rmsprop" => 0.01, "centered" => 0.02, _ => 1 } * u;
                    continue;
                }
                m[i] = 0.9 * m[i] + g;
                p[i] -= 0.1 * (kind == "sgd" ? g : kind == "momentum" ? m[i] : g + 0.9 * m[i]);
            }
        }
        return p;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Three_steps_are_those_of_the_formula_compiled_and_not(string kind)
    {
        double[] expected = Reference(kind, [.. Numbers(37).ToArray().Select(x => (double)x)],
            Enumerable.Range(1, 3).Select(s => Numbers(37, s).ToArray().Select(x => (double)x).ToArray()));
        Variable eager = new("p", Numbers(37)), compiled = new("p", Numbers(37));
        Optimizer one = Create(kind), two = Create(kind);
        var step = Function.Compile((Tensor g) =>
        {
            two.Update([compiled], [g]);
            return g.Sum();
        });

        for (int s = 1; s <= 3; s++)
        {
            one.Update([eager], [Numbers(37, s)]);
            step.Run(Numbers(37, s));
        }

        float[] values = eager.ToArray();
        for (int i = 0; i < 37; i++) Assert.Equal(expected[i], values[i], 5e-6);
        Assert.Equal(values, compiled.ToArray());
        Assert.Equal(3, one.Step.Read().Item<long>());
        Assert.Equal(one.State.Select(v => v.Name), two.State.Select(v => v.Name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Optimizers_make_a_quadratic_small(string kind)
    {
        var x = new Variable("x", Numbers(20));
        var optimizer = Create(kind);
        var step = Function.Compile((Tensor scale) =>
        {
            var loss = (x.Read() * scale).Square().Sum();
            optimizer.Update([x], Gradients.Of(loss, [x]));
            return loss;
        });
        float first = step.Run(Tensor.Constant(1)).Item(), last = first;
        for (int i = 0; i < 200; i++) last = step.Run(Tensor.Constant(1)).Item();
        Assert.True(last < 0.01 * first, $"{first} -> {last}");
    }

    [Theory]
    [InlineData("nesterov", float.NaN)]
    [InlineData("sgd", float.PositiveInfinity)]
    [InlineData("adam", float.NaN)]
    [InlineData("adamw", float.NegativeInfinity)]
    [InlineData("rmsprop", float.NaN)]
    [InlineData("centered", float.PositiveInfinity)]
    [InlineData("adadelta", float.NaN)]
    public void A_scale_that_is_not_finite_makes_no_step(string kind, float scale)
    {
        // float64 takes the reference kernels, float32 the vector ones; eager copies, compiled writes in place.
        foreach (var element in new[] { ElementType.Float32, ElementType.Float64 })
        {
            var p = new Variable("p", Numbers(21).Cast(element));
            var optimizer = Create(kind);
            optimizer.Update([p], [Numbers(21, 1).Cast(element)]);
            double[][] before = Values(optimizer, p);
            var compiled = Function.Compile((Tensor g, Tensor s) =>
            {
                optimizer.Update([p], [g], s);
                return g.Sum();
            });

            optimizer.Update([p], [Numbers(21, 2).Cast(element) * float.NaN], Tensor.Constant(scale));
            compiled.Run(Numbers(21, 2).Cast(element) * float.NaN, Tensor.Constant(scale));

            Assert.Equal(before, Values(optimizer, p));
        }

        static double[][] Values(Optimizer optimizer, Variable p) =>
            [.. optimizer.State.Append(p).Where(v => v != optimizer.Step).Select(v => v.Read().Cast(ElementType.Float64))
                .Select(t => t.ToArray<double>())];
    }

    [Fact]
    public void Two_optimizers_in_one_function_move_their_own_parameters()
    {
        Variable a = new("a", Numbers(5)), b = new("b", Numbers(5, 3)), alone = new("a", Numbers(5));
        Optimizer one = new Adam(0.1), two = new Sgd(0.2, momentum: 0.5), same = new Adam(0.1);
        var both = Function.Compile((Tensor x) =>
        {
            var first = (a.Read() * x).Square().Sum();
            one.Update([a], Gradients.Of(first, [a]));
            var second = (b.Read() - a.Read()).Square().Sum();           // sees the parameter that the first has moved
            two.Update([b], Gradients.Of(second, [b]));
            return second;
        });
        var x = Numbers(5, 7);
        float[] moved = b.ToArray();
        for (int i = 0; i < 3; i++)
        {
            both.Run(x);
            same.Update([alone], Gradients.Of((alone.Read() * x).Square().Sum(), [alone]));
        }
        Assert.Equal(alone.ToArray(), a.ToArray());
        Assert.NotEqual(moved, b.ToArray());
        Assert.Equal(3, two.Step.Read().Item<long>());
    }

    [Fact]
    public void The_learning_rate_counts_when_the_call_runs()
    {
        var p = new Variable("p", Tensor.From(1f));
        var sgd = new Sgd(0.5);
        var step = Function.Compile((Tensor g) =>
        {
            sgd.Update([p], [g]);
            return g.Sum();
        });
        step.Run(Tensor.From(1f));
        sgd.LearningRate.Set<float>([0.25f]);
        step.Run(Tensor.From(1f));
        Assert.Equal(0.25f, p.ToArray()[0]);
        Assert.Equal(1, step.TraceCount);
    }

    [Fact]
    public void Frozen_parameters_stay_and_reset_forgets()
    {
        Variable p = new("p", Numbers(4)), frozen = new("f", Numbers(4)) { IsFrozen = true };
        var adam = new Adam(0.1);
        adam.Update([p, frozen], [Numbers(4, 1), Numbers(4, 1)]);
        Assert.Equal(Numbers(4).ToArray(), frozen.ToArray());
        Assert.Equal(["learning_rate", "step", "first_moment.p", "second_moment.p"], adam.State.Select(v => v.Name));

        float[] once = p.ToArray();
        adam.Reset();
        p.Assign(Numbers(4));
        adam.Update([p], [Numbers(4, 1)]);
        Assert.Equal(once, p.ToArray());
        Assert.Equal(1, adam.Step.Read().Item<long>());
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(0.1, momentum: 1));
        Assert.Throws<ArgumentException>(() => new Sgd(0.1, nesterov: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(beta2: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(weightDecay: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(alpha: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adadelta(epsilon: -1));
        Assert.Throws<ArgumentException>(() => new Sgd(0.1).Update([new("p", Numbers(2))], []));
    }
}
