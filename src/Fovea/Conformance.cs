using System.Globalization;
using Fovea.Errors;
using Fovea.Graphs;

namespace Fovea;

/// <summary>What the conformance suite checks.</summary>
public enum ConformanceCheck
{
    /// <summary>Attributes survive the codec, as text, in any order; an unknown one is refused.</summary>
    Attributes,
    /// <summary>What is computed has the inferred sizes: every element is written, and nothing else.</summary>
    Shapes,
    /// <summary>Sizes inferred with a symbol, then bound, are the sizes inferred with the number.</summary>
    Symbols,
    /// <summary>Multiply-adds of <see cref="Op.Cost"/> are those counted, for products of two inputs.</summary>
    Cost,
    /// <summary>The receptive field of <see cref="Op.Field"/> holds every pixel that an output sees.</summary>
    Field,
    /// <summary>Every kernel, <see cref="Op.Evaluate"/> and <see cref="Op.Decompose"/> give what the reference kernel gives.</summary>
    Kernels,
    /// <summary>NaN and infinities stand where the reference kernel has them, when an input holds NaN, ±∞, −0 or subnormals.</summary>
    NotFinite,
    /// <summary>Kernels of other element types (double, half, integers, truth) give what the reference kernel gives.</summary>
    ElementTypes,
    /// <summary>Equal recipes give equal bits, in any order of pieces, any layout, and over an input where the kernel allows it.</summary>
    Recipes,
    /// <summary>Every kernel gives what the reference kernel gives where its work falls into several pieces.</summary>
    Pieces,
    /// <summary>1, 2, 3 and 5 threads give the same bits.</summary>
    Threads,
    /// <summary>An entry of axis 0 has the same bits in a batch of 1 and of 64; a batch of none is computed, too.</summary>
    Batch,
    /// <summary>The gradient is that of finite differences.</summary>
    Gradient,
    /// <summary>The gradient of the gradient is that of finite differences.</summary>
    SecondGradient,
}

/// <summary>What was checked of an operator that conforms.</summary>
public sealed class ConformanceReport
{
    readonly Dictionary<ConformanceCheck, int> _counts;

    internal ConformanceReport(string op, int samples, Dictionary<ConformanceCheck, int> counts, IReadOnlyList<string> notes)
    {
        Operator = op;
        Samples = samples;
        _counts = counts;
        Notes = notes;
    }

    /// <summary>The operator's name.</summary>
    public string Operator { get; }

    /// <summary>How many samples were run.</summary>
    public int Samples { get; }

    /// <summary>What was left out of which sample, and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>How often a check was made: samples, or for kernels and recipes runs.</summary>
    public int Count(ConformanceCheck check) => _counts.GetValueOrDefault(check);

    /// <summary>The operator and the number of checks of each kind, in one line.</summary>
    public override string ToString() => $"{Operator}: {Samples} samples; " + string.Join(", ", Enum.GetValues<ConformanceCheck>()
        .Select(check => string.Create(CultureInfo.InvariantCulture, $"{check} {Count(check)}")));
}

/// <summary>
/// Holds an operator to its own rules, on the cases of its <see cref="Op.Samples"/>: shapes, gradients, kernels, bits, cost and
/// receptive field. Built-in operators and users' own go through the same checks.
/// </summary>
public static class Conformance
{
    const int ShownFaults = 10;

    /// <summary>Checks an operator on all its samples.</summary>
    /// <param name="prototype">The operator, with any attributes.</param>
    /// <returns>What was checked.</returns>
    /// <exception cref="ConformanceException">
    /// The operator breaks a rule; each line of the message names operator, sample, check and numbers.
    /// </exception>
    public static ConformanceReport Check(Op prototype)
    {
        ArgumentNullException.ThrowIfNull(prototype);
        return Check(prototype, [.. prototype.Samples()]);
    }

    /// <summary>Checks an operator on samples other than its own.</summary>
    internal static ConformanceReport Check(Op prototype, IReadOnlyList<Sample> samples)
    {
        var log = new ConformanceLog(prototype.Name);
        if (samples.Count == 0) log.Fail("no sample", "Samples() is empty: nothing can be checked.");
        for (int i = 0; i < samples.Count; i++)
        {
            if (samples[i].Op.Name != prototype.Name)
            {
                log.Fail(string.Create(CultureInfo.InvariantCulture, $"sample {i}"), $"it is one of {samples[i].Op.Name}.");
                continue;
            }
            var @case = new ConformanceCase(log, prototype, samples[i], i);
            @case.Try(ConformanceCheck.Attributes, ConformanceShapes.Attributes);
            // Without a shape rule that holds nothing else can be run.
            if (!@case.Try(ConformanceCheck.Shapes, ConformanceShapes.Shapes)) continue;
            @case.Try(ConformanceCheck.Symbols, ConformanceShapes.Symbols);
            @case.Try(ConformanceCheck.Cost, ConformanceProbes.Cost);
            @case.Try(ConformanceCheck.Field, ConformanceProbes.Field);
            @case.Try(ConformanceCheck.Kernels, ConformanceKernels.Kernels);
            @case.Try(ConformanceCheck.NotFinite, ConformanceKernels.NotFinite);
            @case.Try(ConformanceCheck.ElementTypes, ConformanceKernels.ElementTypes);
            @case.Try(ConformanceCheck.Recipes, ConformanceKernels.Recipes);
            @case.Try(ConformanceCheck.Pieces, ConformanceBatches.Pieces);
            @case.Try(ConformanceCheck.Threads, ConformanceBatches.Threads);
            @case.Try(ConformanceCheck.Batch, ConformanceBatches.Batch);
            @case.Try(ConformanceCheck.Gradient, ConformanceGradients.First);
            @case.Try(ConformanceCheck.SecondGradient, ConformanceGradients.Second);
        }
        if (log.Faults.Count == 0) return new(prototype.Name, samples.Count, log.Counts, log.Notes);
        string more = log.Faults.Count > ShownFaults
            ? string.Create(CultureInfo.InvariantCulture, $"\nand {log.Faults.Count - ShownFaults} more") : "";
        throw new ConformanceException(string.Join('\n', log.Faults.Take(ShownFaults)) + more);
    }
}

/// <summary>What the checks of one operator found.</summary>
sealed class ConformanceLog(string op)
{
    public List<string> Faults { get; } = [];

    public List<string> Notes { get; } = [];

    public Dictionary<ConformanceCheck, int> Counts { get; } = [];

    public void Fail(string where, string what) => Faults.Add($"{op}, {where}: {what}");
}
