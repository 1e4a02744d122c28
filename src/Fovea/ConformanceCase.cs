using System.Globalization;
using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>One sample while it is checked: its numbers, its types, its kernels, and where findings go.</summary>
sealed class ConformanceCase
{
    readonly ConformanceLog _log;
    readonly int _index;
    ConformanceCheck _check;
    SampleValue[]? _reference;

    public ConformanceCase(ConformanceLog log, Op prototype, Sample sample, int index)
    {
        _log = log;
        _index = index;
        Prototype = prototype;
        Sample = sample;
        Values = [.. sample.Inputs.Select((input, i) => SampleValue.Draw(input, Seed(i)))];
        Types = [.. sample.Inputs.Select(i => i.Type)];
    }

    public Op Prototype { get; }

    public Sample Sample { get; }

    public Op Op => Sample.Op;

    /// <summary>The inputs.</summary>
    public SampleValue[] Values { get; }

    public TensorType[] Types { get; }

    /// <summary>The inputs of floating types: what gradients are taken of.</summary>
    public int[] Floating => [.. Enumerable.Range(0, Types.Length).Where(i => Types[i].Element.IsFloating())];

    /// <summary>A seed for the numbers of one input.</summary>
    public int Seed(int input) => 1000 * (_index + 1) + input;

    /// <summary>The types of the outputs.</summary>
    public TensorType[] Infer() => Infer(Types);

    /// <summary>The types of the outputs for other inputs.</summary>
    public TensorType[] Infer(TensorType[] types, Constraints? constraints = null) => Op.Infer(new Inputs(Op, types, constraints));

    /// <summary>The case that kernels see, all values in row-major order.</summary>
    public KernelCase KernelCase(IReadOnlyList<SampleValue> inputs) => KernelCase([.. inputs.Select(i => i.Type)]);

    /// <summary>The case for inputs of such types.</summary>
    public KernelCase KernelCase(TensorType[] inputs)
    {
        var outputs = Infer(inputs);
        return new([.. inputs.Select(i => new BoundType(i.Element, i.Shape.ToDims(), Layout.RowMajor))],
            [.. outputs.Select(o => new BoundType(o.Element, o.Shape.ToDims(), Layout.RowMajor))], Numerics.Fast);
    }

    /// <summary>The kernels that compute the sample, the reference kernel last; the operator's own Evaluate counts as one.</summary>
    public List<Kernel> Kernels(IReadOnlyList<SampleValue> inputs)
    {
        var @case = KernelCase(inputs);
        List<Kernel> kernels = [.. CpuKernels.For(Op).Where(k => k.Supports(Op, @case)).Distinct()];
        if (Op.HasEvaluate) kernels.Add(EvaluateKernel.Instance);
        return kernels;
    }

    /// <summary>What is right: the reference kernel's outputs, or, where no kernel computes the sample, the engine's.</summary>
    public SampleValue[] Reference => _reference ??= ReferenceOf(Values);

    /// <summary>The reference for other numbers, or other element types.</summary>
    public SampleValue[] ReferenceOf(IReadOnlyList<SampleValue> inputs)
    {
        var kernels = Kernels(inputs);
        return kernels.Count > 0 ? KernelHarness.Run(kernels[^1], Op, [.. inputs]) : Compiled(inputs).Run(inputs);
    }

    /// <summary>The operator as the engine runs it.</summary>
    public ValueFunction Compiled(IReadOnlyList<SampleValue> inputs) =>
        ValueFunction.Of([.. inputs.Select(i => i.Type)], x => Tensor.ApplyAll(Op, [.. x]));

    /// <summary>The types of what the operator decomposes into, or null.</summary>
    public TensorType[]? Decomposed(TensorType[] types)
    {
        TensorType[]? result = null;
        Trace.Run(types, Mode.Inference, x =>
        {
            var parts = Op.Decompose(x) ?? [];
            if (parts.Length > 0) result = [.. parts.Select(p => p.Type)];
            return parts;
        });
        return result;
    }

    /// <summary>Runs a check; an exception is a finding. True when the check found nothing.</summary>
    public bool Try(ConformanceCheck check, Action<ConformanceCase> body)
    {
        _check = check;
        int before = _log.Faults.Count;
        try
        {
            body(this);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail($"{e.GetType().Name}: {e.Message}");
        }
        return _log.Faults.Count == before;
    }

    /// <summary>A finding.</summary>
    public void Fail(string what) => _log.Fail(
        string.Create(
            CultureInfo.InvariantCulture, $"sample {_index} ({Op} of {string.Join(", ", Types.Select(t => t.ToString()))}), {_check}"),
        what);

    /// <summary>A check that was made.</summary>
    public void Count(int times = 1) => _log.Counts[_check] = _log.Counts.GetValueOrDefault(_check) + times;

    /// <summary>A check that was left out, and why.</summary>
    public void Note(string why) => _log.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"sample {_index}, {_check}: {why}"));

    /// <summary>Where two values first differ in their bits, or null.</summary>
    public static string? BitDifference(SampleValue actual, SampleValue expected)
    {
        if (actual.Element != expected.Element || actual.Sizes != expected.Sizes)
            return $"{actual.Type} instead of {expected.Type}";
        int at = actual.Bytes.AsSpan().CommonPrefixLength(expected.Bytes);
        return at == actual.Bytes.Length ? null : Difference(actual, expected, at / actual.Element.Size());
    }

    /// <summary>The numbers of two values at an element, and where it stands.</summary>
    public static string Difference(SampleValue actual, SampleValue expected, int element) => string.Create(CultureInfo.InvariantCulture,
        $"element {Place(actual.Sizes, element)} is {actual.Numbers()[element]:R} instead of {expected.Numbers()[element]:R}");

    /// <summary>The coordinates of an element.</summary>
    public static string Place(Dims sizes, int element)
    {
        int[] at = new int[sizes.Count];
        for (int axis = sizes.Count - 1; axis >= 0; axis--)
        {
            at[axis] = element % sizes[axis];
            element /= sizes[axis];
        }
        return $"[{string.Join(", ", at.Select(a => a.ToString(CultureInfo.InvariantCulture)))}]";
    }
}
