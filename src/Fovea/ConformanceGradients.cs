using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Gradients held to finite differences, once and twice.</summary>
static class ConformanceGradients
{
    // Elements moved in each input; few where one run is long.
    const int Elements = 10, FewElements = 3;
    const double LongRun = 100_000;

    public static void First(ConformanceCase c)
    {
        if (Point(c) is not { } point) return;
        if (Differences(c).FirstFault(x => Floating(Tensor.ApplyAll(c.Op, [.. x])), point) is { } fault) c.Fail($"{fault}.");
        c.Count();
    }

    /// <summary>The gradient as a function of the inputs and of the output gradients.</summary>
    public static void Second(ConformanceCase c)
    {
        if (Point(c) is not { } point) return;
        if (c.Sample.NotTwiceDifferentiable is { } why)
        {
            c.Note(why);
            return;
        }
        TensorType[] outputs = [.. c.Infer([.. point.Select(p => p.Type)]).Where(o => o.Element.IsFloating())];
        SampleValue[] seeds = [.. outputs.Select((o, i) => SampleValue.From(o.Element, o.Shape.ToDims(),
            SampleValue.Normal<double>(o.Shape.ToDims(), c.Seed(100 + i)).Numbers()))];
        var fault = Differences(c).FirstFault(x =>
        {
            var y = Floating(Tensor.ApplyAll(c.Op, [.. x.Take(point.Length)]));
            var loss = y.Select((o, i) => (o * x[point.Length + i]).Sum()).Aggregate((a, b) => a + b.Cast(a.ElementType));
            return Gradients.Of(loss, [.. c.Floating.Select(i => x[i])]);
        }, [.. point, .. seeds]);
        if (fault is not null) c.Fail($"{fault}.");
        c.Count();
    }

    static FiniteDifferences Differences(ConformanceCase c)
    {
        double work = c.Op.Cost(new Inputs(c.Op, c.Types, null), c.Infer()).MultiplyAdds.Value;
        return new(work > LongRun ? FewElements : Elements, c.Seed(50));
    }

    static Tensor[] Floating(IReadOnlyList<Tensor> outputs) => [.. outputs.Where(o => o.ElementType.IsFloating())];

    /// <summary>The sample's inputs, in double where the operator computes doubles; null where there is nothing to differentiate.</summary>
    static SampleValue[]? Point(ConformanceCase c)
    {
        if (c.Sample.NotDifferentiable is { } why)
        {
            c.Note(why);
            return null;
        }
        if (c.Floating.Length == 0)
        {
            c.Fail("no input is floating: say so in NotDifferentiable.");
            return null;
        }
        SampleValue[] wide = [.. c.Values.Select(v => v.Widened())];
        if (c.Op.Reinterprets || !c.Op.HasEvaluate || c.Kernels(wide).Exists(k => k is not EvaluateKernel)) return wide;
        try
        {
            c.ReferenceOf(wide);
            return wide;
        }
        catch (ArgumentException)
        {
            // Its own body reads float32 alone.
            c.Note("finite differences in float32: Evaluate takes no doubles.");
            return c.Values;
        }
    }
}
