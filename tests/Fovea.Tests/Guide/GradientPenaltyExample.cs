using Fovea.Modules;

namespace Fovea.Tests.Guide;

internal static class GradientPenaltyExample
{
    internal static Function<(Tensor, Tensor), Tensor> Compile(Module critic, Module generator, Optimizer adam)
    {
        #region snippet penalty
        var discriminate = Function.Compile((Tensor real, Tensor noise) =>
        {
            var fake = generator.Forward(noise).StopGradient();
            var t = Tensor.Uniform(real.Shape[0], 1, 1, 1);
            var mix = t * real + (1 - t) * fake;
            var slope = Gradients.Of(critic.Forward(mix).Sum(), mix);
            var loss = critic.Forward(fake).Mean() - critic.Forward(real).Mean()
                + 10 * (slope.Square().Sum(1, 2, 3).Sqrt() - 1).Square().Mean();
            adam.Update(critic.Parameters, Gradients.Of(loss, critic.Parameters));
            return loss;
        }, Mode.Training);
        #endregion
        return discriminate;
    }
}
