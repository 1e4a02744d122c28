using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fovea.Modules;

namespace Fovea;

/// <summary>The fingerprint of a model's weights: equal digests, equal bits.</summary>
public static class WeightDigest
{
    /// <summary>
    /// SHA-256 over parameters and running statistics in ordinal order of their paths from the model on: the path (UTF-8), the sizes
    /// (int64, little-endian), the values (little-endian). 64 lower-case hexadecimal digits.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public static string Of(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var hash = new Sum();
        // What all paths share at their start does not change their order.
        foreach (var variable in model.Variables.OrderBy(v => v.Name, StringComparer.Ordinal))
            VariableBytes.Use(variable, bytes => hash.Append(model.Below(variable.Name), variable.Shape, bytes));
        return hash.Finish();
    }

    /// <summary>The sum itself, for weights that are no variables yet. They come in ordinal order of their names.</summary>
    internal sealed class Sum : IDisposable
    {
        readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Append(string name, Shape shape, ReadOnlySpan<byte> values)
        {
            _hash.AppendData(Encoding.UTF8.GetBytes(name));
            Span<byte> size = stackalloc byte[sizeof(long)];
            foreach (var dim in shape)
            {
                BinaryPrimitives.WriteInt64LittleEndian(size, dim.Value);
                _hash.AppendData(size);
            }
            _hash.AppendData(values);
        }

        public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }
}
