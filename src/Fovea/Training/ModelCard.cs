using System.Runtime.CompilerServices;
using Fovea.Data;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// What must be known beside a model's weights to use it: how its input is prepared, what its outputs mean, where it comes from.
/// Training and loading attach it to the model; evaluation and prediction read it.
/// </summary>
public sealed record ModelCard
{
    static readonly ConditionalWeakTable<Module, ModelCard> Attached = [];

    /// <summary>The names of the classes, in the order of the outputs.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Channels, height, width of an input.</summary>
    public Dims InputShape { get; init; }

    /// <summary>How an input is normalised, or null for not at all (values from 0 to 1).</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The digest of the training data (<see cref="Dataset.Digest"/>), or null.</summary>
    public string? DataDigest { get; init; }

    /// <summary>The seed of the training run.</summary>
    public ulong Seed { get; init; }

    /// <summary>What was measured when training ended, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The card attached to a model, or null.</summary>
    public static ModelCard? Of(Module model) => Attached.TryGetValue(model, out var card) ? card : null;

    /// <summary>Attaches the card to a model in place of any before.</summary>
    public void AttachTo(Module model) => Attached.AddOrUpdate(model, this);
}
