using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>DESIGN §3: half of a GAN step with gradient penalty, which needs a second derivative through convolutions.</summary>
[Collection("Threads")]
public sealed class GanTests
{
    [Fact]
    public void The_critic_learns_with_a_gradient_penalty()
    {
        var generator = new Sequential(
            new Linear(64), new Lambda("image", x => x.Reshape(x.Shape[0], 1, 8, 8)), new Conv2d(1, 3, padding: 1), new Tanh());
        var critic = new Sequential(
            new Conv2d(8, 3, 2, 1), new Tanh(), new Conv2d(8, 3, padding: 1), new Tanh(), new Flatten(), new Linear(1));
        generator.Build([16], seed: 1);
        critic.Build([1, 8, 8], seed: 2);
        var rate = new Variable("rate", Tensor.Constant(0.02), trainable: false);
        var discriminate = Function.Compile((Tensor real, Tensor z) =>
        {
            var fake = generator.Forward(z).StopGradient();
            var t = Tensor.Uniform(real.Shape[0], 1, 1, 1);
            var mix = t * real + (1 - t) * fake;
            var slope = Gradients.Of(critic.Forward(mix).Sum(), mix);
            var norm = slope.Square().Sum(1, 2, 3).Sqrt();
            var loss = critic.Forward(fake).Mean() - critic.Forward(real).Mean() + 10 * (norm - 1).Square().Mean();
            var gradients = Gradients.Of(loss, critic.Parameters);
            for (int i = 0; i < critic.Parameters.Count; i++)
                critic.Parameters[i].Assign(critic.Parameters[i].Read() - rate.Read() * gradients[i]);
            return (loss, norm: norm.Mean());
        }, Mode.Training);

        float[] weights = generator.Parameters[0].ToArray();
        var real = Tensor.From(TestValue.Normal([16, 1, 8, 8], 5).To<float>(), [16, 1, 8, 8]) * 0.3 + 0.5;
        float first = float.NaN, last = float.NaN, norm = float.NaN;
        for (int i = 0; i < 60; i++)
        {
            var z = Tensor.From(TestValue.Normal([16, 16], i).To<float>(), [16, 16]);
            var result = discriminate.Run(real, z);
            last = result.loss.Item();
            norm = result.norm.Item();
            if (i == 0) first = last;
        }
        Assert.True(last < first - 1, $"The critic's loss went from {first} to {last}.");
        Assert.InRange(norm, 0.5f, 1.6f);
        Assert.Equal(weights, generator.Parameters[0].ToArray());
    }

    [Fact]
    public void Second_derivatives_through_a_network_agree_with_difference_quotients()
    {
        var critic = new Sequential(new Conv2d(4, 3, padding: 1), new Tanh(), new Flatten(), new Linear(1));
        critic.Build([1, 6, 6], seed: 2);
        float[] at = TestValue.Normal([2, 1, 6, 6], 5).To<float>();
        var weight = critic.Parameters[0];
        Tensor Penalty(Tensor x) => Gradients.Of(critic.Forward(x).Sum(), x).Square().Sum();
        var exact = Function.Compile((Tensor x) => Gradients.Of(Penalty(x), [weight])[0]).Run(Tensor.From(at, [2, 1, 6, 6])).ToArray();
        var value = Function.Compile(Penalty);
        float[] original = weight.ToArray();
        for (int i = 0; i < original.Length; i += 5)
        {
            double difference = 0;
            foreach (int side in new[] { 1, -1 })
            {
                float[] moved = [.. original];
                moved[i] += side * 1e-2f;
                weight.Set<float>(moved);
                difference += side * value.Run(Tensor.From(at, [2, 1, 6, 6])).Item();
            }
            Assert.Equal(difference / 2e-2, exact[i], 2e-2 * Math.Max(1, Math.Abs(exact[i])));
        }
    }
}
