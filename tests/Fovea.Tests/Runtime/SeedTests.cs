using Xunit;

namespace Fovea.Tests.Runtime;

// The seed is the process's: no other test may draw meanwhile.
[Collection("Threads")]
public sealed class SeedTests
{
    [Fact]
    public void Setting_the_seed_starts_the_counters_again()
    {
        ulong before = Randomness.Seed;
        try
        {
            Assert.Equal(Draw(7), Draw(7));
            Assert.NotEqual(Draw(7), Draw(8));
        }
        finally
        {
            Randomness.Seed = before;
        }
    }

    static float[] Draw(ulong seed)
    {
        Randomness.Seed = seed;
        var noise = Function.Compile((Tensor x) => x + Tensor.Normal(3), Mode.Training);
        float[] eager = Tensor.Uniform(3).ToArray();
        float[] first = noise.Run(Tensor.Zeros(3)).ToArray(), second = noise.Run(Tensor.Zeros(3)).ToArray();
        Assert.NotEqual(first, second);
        return [.. eager, .. first, .. second];
    }
}
