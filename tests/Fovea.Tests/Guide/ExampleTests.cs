using System.Buffers.Binary;
using System.IO.Compression;
using Fovea.Modules;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Guide;

/// <summary>The examples of the README do what it says.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task The_ten_lines_train_a_network_and_leave_a_model()
    {
        var folder = Directory.CreateTempSubdirectory("fovea-");
        string? model = null;
        try
        {
            Shorten("train", 3000, folder.FullName);
            Shorten("t10k", 1000, folder.FullName);

            (var accuracy, model) = await TrainingExample.Run(folder.FullName);

            // 2 700 pictures, five times: above 80 %. Guessing gives 10 %.
            Assert.InRange(accuracy, 0.75, 1);
            Assert.True(File.Exists(model), $"{model} is not there.");
        }
        finally
        {
            folder.Delete(recursive: true);
            if (model is not null)
            {
                Directory.Delete(Path.GetDirectoryName(model)!, recursive: true);
            }
        }
    }

    [Fact]
    public void A_critic_with_gradient_penalty_learns_to_tell_real_from_fake()
    {
        var critic = new Sequential(new Conv2d(8, 3), new Tanh(), new Flatten(), new Linear(1));
        var generator = new Sequential(new Conv2d(1, 6, padding: 5));
        critic.Build([1, 6, 6], seed: 1);
        generator.Build([4, 1, 1], seed: 2);
        var discriminate = GradientPenaltyExample.Compile(critic, generator, new Adam(0.01));
        var real = Tensor.From([.. Enumerable.Range(0, 16 * 36).Select(i => i % 6 < 3 ? 1f : -1f)], [16, 1, 6, 6]);
        var noise = Tensor.From([.. Enumerable.Range(0, 16 * 4).Select(i => (i * 29 % 17 - 8) / 8f)], [16, 4, 1, 1]);

        var first = discriminate.Run(real, noise).Item();
        var last = first;
        for (var i = 0; i < 100; i++)
        {
            last = discriminate.Run(real, noise).Item();
        }

        // Wasserstein with a slope held near 1: fakes score lower than the real ones, and by no more than their distance.
        Assert.True(last < first, $"{first} -> {last}");
        Assert.InRange(last, -20, -1);
    }

    [Fact]
    public void A_model_file_predicts_without_the_model()
    {
        var model = new Sequential(new Conv2d(2, 3), new Relu(), new Flatten(), new Linear(3));
        model.Build([1, 5, 5], seed: 3);
        var x = Tensor.From([.. Enumerable.Range(0, 50).Select(i => i / 50f)], [2, 1, 5, 5]);
        var folder = Directory.CreateTempSubdirectory("fovea-");
        try
        {
            var predict = ModelFileExample.SaveAndLoad(model, Path.Combine(folder.FullName, "model.safetensors"));

            Assert.Equal(model.Forward(x).Softmax().ToArray(), predict.Run(x).ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The first pictures of the real files, with the header to match.
    static void Shorten(string part, int count, string folder)
    {
        Copy($"{part}-images-idx3-ubyte", headerBytes: 16, itemBytes: 28 * 28);
        Copy($"{part}-labels-idx1-ubyte", headerBytes: 8, itemBytes: 1);

        void Copy(string name, int headerBytes, int itemBytes)
        {
            using var file = new GZipStream(
                File.OpenRead(Repository.PathOf($"data/fashion-mnist/{name}.gz")), CompressionMode.Decompress);
            var bytes = new byte[headerBytes + count * itemBytes];
            file.ReadExactly(bytes);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }
    }
}
