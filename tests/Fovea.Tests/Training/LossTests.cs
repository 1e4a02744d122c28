using Fovea.Errors;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>What PyTorch's vectors do not show of losses: labels, masks, names, edges.</summary>
public sealed class LossTests
{
    static Tensor Logits(params float[] values) => Tensor.From(values, [values.Length / 2, 2]);

    [Fact]
    public void Weights_and_masks_count_what_they_say_and_hide_even_NaN()
    {
        var losses = Tensor.From([1f, 2, float.NaN, 4, 5, float.PositiveInfinity], [3, 2]);
        var mask = Tensor.From([1f, 3, 0, 2, 2, 0], [3, 2]);
        Assert.Equal((1 + 6 + 8 + 10) / 8f, losses.Reduced(weights: mask).Item());
        Assert.Equal(25, losses.Reduced(LossReduction.Sum, mask).Item());
        Assert.Equal([1, 6, 0, 8, 10, 0], losses.Reduced(LossReduction.None, mask).ToArray());
        // One weight a sample stands for all its places.
        var samples = Tensor.From([true, false, false], [3]);
        Assert.Equal(1.5f, losses.Reduced(weights: samples).Item());
        Assert.Equal(float.NaN, losses.Reduced(weights: Tensor.From([0f, 0, 0], [3])).Item());
        Assert.Contains("first axes", Assert.Throws<ShapeMismatchException>(
            () => losses.Reduced(weights: Tensor.From([1f], [1, 1, 1]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_is_no_class_is_refused_and_a_negative_one_means_none()
    {
        var x = Logits(-1, -2, -0.5f, -3).LogSoftmax(1);
        foreach (var loss in new[] { Losses.NegativeLogLikelihood, Losses.NegativeLogLikelihoodWith([1, 2]), Losses.CrossEntropy })
            Assert.ThrowsAny<SystemException>(() => loss(x, Tensor.From(0L, 2L)).ToArray());
        Assert.Throws<ShapeMismatchException>(() => x.NegativeLogLikelihoods(Tensor.From(1L)));
        foreach (var loss in new[] { Losses.NegativeLogLikelihood, Losses.MultiClassHinge(), Losses.Focal() })
        {
            Assert.Equal(0, loss(x, Tensor.From(1L, -1L)).ToArray()[1]);
            Assert.Equal([0, 0], Gradients.Of(loss(x, Tensor.From(1L, -1L)).Sum(), x).ToArray()[2..]);
        }
    }

    [Fact]
    public void Classes_may_be_a_size_that_is_not_known_while_tracing()
    {
        var losses = Function.Compile((Tensor x, Tensor labels) => x.NegativeLogLikelihoods(labels)
            + Gradients.Of(Gradients.Of(x.CrossEntropies(labels, 0.1f).Sum(), x).Square().Sum(), x).Sum(1), dynamic: [1]);
        foreach (int classes in new[] { 3, 5 })
        {
            var x = Tensor.From([.. Enumerable.Range(0, 2 * classes).Select(i => i * 0.25f)], [2, classes]);
            var labels = Tensor.From(1L, 2L);
            var slopes = Gradients.Of(Gradients.Of(x.CrossEntropies(labels, 0.1f).Sum(), x).Square().Sum(), x).Sum(1);
            Assert.Equal((x.NegativeLogLikelihoods(labels) + slopes).ToArray(), losses.Run((x, labels)).ToArray());
        }
    }

    /// <summary>torch's cosine_similarity keeps each norm from 0, not their product.</summary>
    [Fact]
    public void The_cosine_of_small_and_of_large_vectors_is_that_of_their_directions()
    {
        var x = Tensor.From([3f, 4, 3, 4], [2, 2]);
        var y = Tensor.From([4f, 3, 4, 3], [2, 2]);
        foreach (var (a, b) in new[] { (1e-3f, 1e-7f), (1e-7f, 1e-7f), (1e12f, 1e12f), (1f, 1f) })
            Assert.All((a * x).CosineSimilarity(b * y).ToArray(), cosine => Assert.Equal(0.96f, cosine, 1e-5f));
        Assert.Equal([0f, 0], x.CosineSimilarity(y.Full(0)).ToArray());
        Assert.All(Gradients.Of(x.CosineSimilarity(y.Full(0)).Sum(), x).ToArray(), slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void Labels_stand_for_rows_and_a_single_logit_for_itself()
    {
        var x = Logits(1, -2, 0.5f, 3);
        var labels = Tensor.From(1L, 0L);
        var rows = Tensor.From([0f, 1, 1, 0], [2, 2]);
        foreach (var loss in new[] { Losses.BinaryCrossEntropy, Losses.BinaryFocal(), Losses.Huber(), Losses.Dice(), Losses.MeanSquared })
            Assert.Equal(loss(x, rows).ToArray(), loss(x, labels).ToArray());
        Assert.Equal(Losses.Hinge()(x, 2 * rows - 1).ToArray(), Losses.Hinge()(x, labels).ToArray());

        var one = Tensor.From([1f, -2], [2, 1]);
        Assert.Equal([MathF.Log(1 + MathF.Exp(-1)), MathF.Log(1 + MathF.Exp(-2))],
            Losses.BinaryCrossEntropy(one, Tensor.From(1L, 0L)).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Small_losses_keep_their_digits()
    {
        // Differences of large numbers would give 0 here.
        float[] losses = Losses.BinaryCrossEntropy(Tensor.From([20f, -20], [2, 1]), Tensor.From([1f, 0], [2, 1])).ToArray();
        Assert.All(losses, loss => Assert.Equal(Math.Exp(-20), loss, 1e-15));
        float focal = Losses.Focal(gamma: 1)(Logits(20, 0), Tensor.From(0L)).ToArray()[0];
        Assert.Equal(0, focal);
        var x = Logits(60, 0).Watch();
        Assert.All(Gradients.Of(Losses.Focal(gamma: 0.5)(x, Tensor.From(0L)), x).ToArray(), g => Assert.Equal(0, g, 1e-6));
    }

    [Fact]
    public void Ignored_labels_count_nowhere()
    {
        var x = Tensor.From([1f, 2, 3, -1, 0, 1, 5, 5, 5], [3, 3]).Watch();
        var labels = Tensor.From(2L, 255L, -1L);
        float kept = x.CrossEntropies(Tensor.From(2L, 0L, 0L)).ToArray()[0];
        Assert.Equal([kept, 0, 0], x.CrossEntropies(labels, ignoredLabel: 255).ToArray());
        var mean = Losses.CrossEntropyWith(ignoredLabel: 255)(x, labels);
        Assert.Equal(kept, mean.Item());
        float[] gradient = Gradients.Of(mean, x).ToArray();
        Assert.All(gradient[3..], g => Assert.Equal(0, g));
        Assert.Equal(0, gradient[..3].Sum(), 1e-6);
        Assert.Equal(float.NaN, x.CrossEntropy(Tensor.From(255L, 255L, 255L), ignoredLabel: 255).Item());
        Assert.Throws<ArgumentException>(() => x.CrossEntropy(labels).Item());
        Assert.Throws<ArgumentException>(() => x.CrossEntropies(x, ignoredLabel: 1));
    }

    [Fact]
    public void A_gradient_that_is_infinite_stays_infinite()
    {
        var x = Tensor.From([1f, 2, 3], [1, 3]).Watch();
        var gradient = Gradients.Of(x.CrossEntropies(Tensor.From(0L)) * float.PositiveInfinity, x).ToArray();
        Assert.Equal([float.NegativeInfinity, float.PositiveInfinity, float.PositiveInfinity], gradient);
    }

    [Fact]
    public void An_overlap_that_is_whole_costs_nothing()
    {
        var labels = Tensor.From([0L, 1, 1, 0, 0, 1, 1, 1], [2, 4]);
        var sure = 60 * (2 * labels.Cast(ElementType.Float32).Unsqueeze(1) - 1);
        foreach (var loss in new[] { Losses.Dice(), Losses.Jaccard() })
        {
            Assert.All(loss(Tensor.Concat(1, -sure, sure), labels).ToArray(), v => Assert.Equal(0, v, 1e-6));
            Assert.All(loss(sure, labels).ToArray(), v => Assert.Equal(0, v, 1e-6));
            Assert.Equal([2], loss(-sure, labels).Shape.Select(d => (int)d));
        }
    }

    [Fact]
    public void Names_tell_settings_apart()
    {
        Assert.Equal("CrossEntropy(labelSmoothing=0.1, classWeights=[1 2.5], ignoredLabel=255)",
            Losses.NameOf(Losses.CrossEntropyWith(0.1f, [1, 2.5f], 255)));
        Assert.Equal("Huber(delta=0.5)", Losses.NameOf(Losses.Huber(0.5)));
        Assert.Equal("BinaryFocal(gamma=2, alpha=)", Losses.NameOf(Losses.BinaryFocal(alpha: null)));
        Assert.Equal("BinaryCrossEntropy", Losses.NameOf(Losses.BinaryCrossEntropy));
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.Huber(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.SmoothL1(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.Focal(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.BinaryFocal(alpha: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.MultiClassHinge(power: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.CrossEntropyWith(classWeights: [1, -1]));
        Assert.Throws<ShapeMismatchException>(() => Logits(1, 2).CrossEntropies(Tensor.From(0L), classWeights: Tensor.From(1f)));
    }
}
