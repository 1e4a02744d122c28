using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Walks over logits N, C, … class by class: one row for each label N, ….</summary>
static class LabelledRow
{
    /// <summary>Where the label (or loss) of a row lies, for values N, ….</summary>
    public static int Offset(in Odometer row, int rank, in Strides strides)
    {
        long offset = row[0] * strides[0];
        for (int axis = 2; axis < rank; axis++) offset += row[axis] * strides[axis - 1];
        return (int)offset;
    }

    /// <summary>Whether there is a label: a negative one means none, and so does one that is ignored.</summary>
    /// <exception cref="ArgumentException">It is no class.</exception>
    public static bool IsLabel(long label, long ignored, long classes)
    {
        if (label < 0 || label == ignored) return false;
        Check(label, classes);
        return true;
    }

    /// <summary>Checks that a label is a class, or negative.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Check(long label, long classes)
    {
        if (label >= classes) throw new ArgumentException($"The label {label} is no class: there are {classes}, counted from 0.");
    }
}
