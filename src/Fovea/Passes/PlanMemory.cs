using Fovea.Runtime;

namespace Fovea.Passes;

/// <summary>Lays a plan's values into one arena: values whose lives do not meet share memory.</summary>
static class PlanMemory
{
    /// <summary>Lets an output lie over an input that dies in the same step, where the kernel allows it.</summary>
    public static void LieOver(List<StepDraft> steps)
    {
        var lastUse = new Dictionary<ValueDraft, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < steps.Count; i++)
            foreach (var value in steps[i].Inputs) lastUse[value.Root] = i;
        for (int i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            for (int o = 0; o < step.Outputs.Length; o++)
            {
                var output = step.Outputs[o];
                if (output.Kind != ValueKind.Arena || output.Inside is not null) continue;
                for (int j = 0; j < step.Inputs.Length; j++)
                {
                    var root = step.Inputs[j].Root;
                    if (root.Kind != ValueKind.Arena || lastUse[root] != i || root.Type.Bytes != output.Type.Bytes) continue;
                    if (step.Outputs.Any(other => other.Inside is not null && ReferenceEquals(other.Root, root))) continue;
                    if (step.Inputs.Where((_, k) => k != j).Any(other => ReferenceEquals(other.Root, root))) continue;
                    if (!step.Kernel.WritesOver(step.Op, step.Case, j, o)) continue;
                    int dies = lastUse.GetValueOrDefault(output, i);
                    output.Inside = root;
                    lastUse[root] = dies;
                    break;
                }
            }
        }
    }

    /// <summary>Offsets of the arena's values, offsets of the steps' scratch, and the total in bytes.</summary>
    public static (Dictionary<ValueDraft, long> Offsets, long[] Scratch, long Total) Run(List<StepDraft> steps)
    {
        var roots = new List<ValueDraft>();
        for (int i = 0; i < steps.Count; i++)
            foreach (var value in steps[i].Inputs.Concat(steps[i].Outputs))
            {
                var root = value.Root;
                if (root.Kind != ValueKind.Arena) continue;
                if (root.LastStep < 0) roots.Add(root);
                root.FirstStep = Math.Min(root.FirstStep, i);
                root.LastStep = Math.Max(root.LastStep, i);
            }
        var lives = new List<MemoryPacker.Value>();
        foreach (var root in roots) lives.Add(new(root.Type.Bytes, root.FirstStep, root.LastStep));
        for (int i = 0; i < steps.Count; i++)
            if (steps[i].Work.Scratch > 0) lives.Add(new(steps[i].Work.Scratch, i, i));
        var offsets = new long[lives.Count];
        long total = MemoryPacker.Pack([.. lives], offsets);

        var byRoot = new Dictionary<ValueDraft, long>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < roots.Count; i++) byRoot[roots[i]] = offsets[i];
        var scratch = new long[steps.Count];
        for (int i = 0, next = roots.Count; i < steps.Count; i++)
            if (steps[i].Work.Scratch > 0) scratch[i] = offsets[next++];
        return (byRoot, scratch, total + 63 & ~63L);
    }
}
