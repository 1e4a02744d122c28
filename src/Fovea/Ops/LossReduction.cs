namespace Fovea;

/// <summary>How many losses become one.</summary>
public enum LossReduction
{
    /// <summary>Their mean; with weights Σ weight · loss / Σ weight.</summary>
    Mean,
    /// <summary>Their sum; with weights Σ weight · loss.</summary>
    Sum,
    /// <summary>They stay what they are; with weights weight · loss.</summary>
    None,
}

public static partial class TensorFunctions
{
    /// <param name="losses">N, …: one loss a sample, or one for each place of it.</param>
    extension(Tensor losses)
    {
        /// <summary>Reduces losses to one number: the one place that says what a weight or a mask does.</summary>
        /// <param name="how">Mean, sum, or each by itself.</param>
        /// <param name="weights">
        /// How much each loss counts, or truth values: which count. The shape is that of the losses, or of their first axes (one weight a
        /// sample). Where it is 0 nothing of the loss enters, not even NaN. Absent: each counts 1.
        /// </param>
        /// <returns>A scalar; with <see cref="LossReduction.None"/> like the losses. The weighted mean of none is NaN.</returns>
        /// <exception cref="Errors.ShapeMismatchException">The weights do not fit.</exception>
        public Tensor Reduced(LossReduction how = LossReduction.Mean, Tensor? weights = null)
        {
            if (weights is null)
                return how switch { LossReduction.Mean => losses.Mean(), LossReduction.Sum => losses.Sum(), _ => losses };
            if (weights.Rank > losses.Rank)
                throw new Errors.ShapeMismatchException(
                    $"Weights have the shape of the losses ({losses.Shape}) or of their first axes; these are {weights.Shape}.");
            weights = weights.Cast(losses.ElementType);
            Dim places = 1;
            for (int axis = weights.Rank; axis < losses.Rank; axis++) places *= losses.Shape[axis];
            var aligned = WithAxes(weights, losses.Rank);
            var weighted = Tensor.Where(aligned.NotEqualTo(0), losses * aligned, Tensor.Constant(0, losses.ElementType));
            return how switch
            {
                LossReduction.Mean => weighted.Sum() / (weights.Sum() * places),
                LossReduction.Sum => weighted.Sum(),
                _ => weighted,
            };
        }
    }
}
