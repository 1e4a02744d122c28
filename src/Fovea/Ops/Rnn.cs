namespace Fovea;

public static partial class TensorFunctions
{
    /// <param name="x">N, L, I: batch, steps, features.</param>
    extension(Tensor x)
    {
        /// <summary>
        /// A plain recurrent network (Elman, 1990), a scan of h = f(w · x[t] + b + r · h) over the steps, y[t] = h; gradients of any order.
        /// </summary>
        /// <param name="weight">H, I.</param>
        /// <param name="recurrent">H, H.</param>
        /// <param name="bias">H, or null (PyTorch's two biases are added up).</param>
        /// <param name="hidden">The first state N, H; zeros if null.</param>
        /// <param name="lengths">N, int64: how many steps of each sequence count; all if null. y is 0 beyond.</param>
        /// <param name="reverse">Whether sequences are walked from their ends.</param>
        /// <param name="activation">f; tanh if null.</param>
        /// <returns>y N, L, H; the last state N, H.</returns>
        /// <exception cref="Errors.ShapeMismatchException">Sizes do not fit.</exception>
        public (Tensor Output, Tensor Hidden) Rnn(Tensor weight, Tensor recurrent, Tensor? bias = null, Tensor? hidden = null,
            Tensor? lengths = null, bool reverse = false, Func<Tensor, Tensor>? activation = null)
        {
            if (x.Rank != 3)
                throw new Errors.ShapeMismatchException($"Rnn takes sequences of three axes (batch, steps, features), not {x.Shape}.");
            activation ??= sum => sum.Tanh();
            hidden ??= Tensor.Constant(0, x.ElementType).BroadcastTo(new Shape(x.Shape[0], recurrent.Shape[0]));

            // The products of all inputs need no turn.
            var sums = x.Linear(weight, bias);
            if (lengths is null) return Last(Tensor.Scan(hidden, sums, (h, a) => Turn(h, a), axis: 1, reverse));

            // Steps beyond a length, first or last, leave the state alone.
            var counts = Tensor.Arange(x.Shape[1]).Reshape(1, x.Shape[1], 1) < lengths.Reshape(x.Shape[0], 1, 1);
            var (states, outputs) = Tensor.Scan([hidden], [sums, counts], (h, a) =>
            {
                var next = Turn(h[0], a[0]).State;
                return ([Tensor.Where(a[1], next, h[0])], [Tensor.Where(a[1], next, next.Full(0))]);
            }, axis: 1, reverse);
            return (outputs[0], states[0]);

            (Tensor State, Tensor Output) Turn(Tensor h, Tensor a)
            {
                var next = activation(a + h.Linear(recurrent));
                return (next, next);
            }

            static (Tensor, Tensor) Last((Tensor State, Tensor Output) scan) => (scan.Output, scan.State);
        }
    }
}
