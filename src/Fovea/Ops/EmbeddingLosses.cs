namespace Fovea;

public static partial class TensorFunctions
{
    // As torch.nn.functional.pairwise_distance and cosine_similarity have them.
    const double DistanceEpsilon = 1e-6, CosineEpsilon = 1e-8;

    /// <param name="x">N, D: vectors.</param>
    extension(Tensor x)
    {
        /// <summary>x · y / (‖x‖ · ‖y‖), the cosine of the angle along an axis, which vanishes. 0 where a vector is 0.</summary>
        public Tensor CosineSimilarity(Tensor y, int axis = 1)
        {
            return (x * y).Sum(axis) * ReciprocalNorm(x) * ReciprocalNorm(y);

            // Kept from 0 inside the root, so that the gradient of a vector of zeros is finite; each alone: a product could leave range.
            Tensor ReciprocalNorm(Tensor z) =>
                z.Square().Sum(axis).Maximum(Tensor.Constant(CosineEpsilon * CosineEpsilon, z.ElementType)).Rsqrt();
        }

        /// <summary>‖x − y + 1e-6‖ along the last axis, which vanishes; the small number keeps the gradient finite where x = y.</summary>
        public Tensor Distance(Tensor y) => (x - y + DistanceEpsilon).Square().Sum(-1).Sqrt();

        /// <summary>
        /// max(‖x − positive‖ − ‖x − negative‖ + margin, 0), one loss a row: like things near, others further by a margin (Schroff and
        /// others, 2015).
        /// </summary>
        /// <param name="positive">N, D: something like x.</param>
        /// <param name="negative">N, D: something else.</param>
        /// <param name="margin">How much further it has to be.</param>
        public Tensor TripletLosses(Tensor positive, Tensor negative, double margin = 1) =>
            (x.Distance(positive) - x.Distance(negative) + margin).Relu();

        /// <summary>1 − cos(x, y) where the pair belongs together (1), max(cos(x, y) − margin, 0) where not (−1), one loss a row.</summary>
        /// <param name="y">N, D.</param>
        /// <param name="together">N: 1 or −1.</param>
        /// <param name="margin">The cosine that costs nothing for what does not belong together.</param>
        public Tensor CosineEmbeddingLosses(Tensor y, Tensor together, double margin = 0)
        {
            var cosine = x.CosineSimilarity(y);
            return Tensor.Where(together > 0, 1 - cosine, (cosine - margin).Relu());
        }
    }
}
