using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea.Tests.Modules;

/// <summary>Networks for tests of modules and their files.</summary>
static class SampleModels
{
    /// <summary>A class of its own: a residual block with batch norm and dropout, and constants.</summary>
    public static Module Residual() => new ResidualNetwork();

    /// <summary>Numbers from -1 to 1, always the same.</summary>
    public static Tensor Random(Dims sizes)
    {
        float[] values = new float[sizes.Product()];
        uint state = 2463534242;
        for (int i = 0; i < values.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            values[i] = (int)state / 2147483648f;
        }
        return Tensor.From(values, sizes);
    }

    sealed class ResidualNetwork : Module
    {
        readonly Module _first, _second, _norm, _drop, _head;

        // A constant small enough for the text of a file, and one that is not.
        readonly Tensor _shift = Tensor.From(0.5f, -0.25f, 1.5f, 0).Reshape(4, 1, 1);
        readonly Tensor _mask = SampleModels.Random([4, 9, 9]);

        public ResidualNetwork()
        {
            _first = Add("first", new Conv2d(4, 3, padding: 1));
            _norm = Add("norm", new BatchNorm2d());
            _second = Add("second", new Sequential(new Conv2d(4, 3, padding: 1, groups: 2), new Relu()));
            _drop = Add("drop", new Dropout(0.3f));
            _head = Add("head", new Linear(5));
        }

        protected override Tensor Compute(Tensor x)
        {
            x = _norm.Forward(_first.Forward(x)) * _mask;
            x = (x + _second.Forward(x) + _shift).MaxPool(3);
            return _head.Forward(_drop.Forward(x).Flatten() * (1f / 3)).Softmax();
        }
    }
}
