using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fovea.Modules;

namespace Fovea;

/// <summary>The fingerprint of a model's weights: equal digests, equal bits.</summary>
public static class WeightDigest
{
    /// <summary>
    /// SHA-256 over parameters and running statistics in ordinal order of their paths: the path (UTF-8), the sizes (int64, little-endian),
    /// the values (little-endian). 64 lower-case hexadecimal digits.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public static string Of(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[sizeof(long)];
        foreach (var variable in model.Variables.OrderBy(v => v.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(variable.Name));
            foreach (var dim in variable.Shape)
            {
                BinaryPrimitives.WriteInt64LittleEndian(size, dim.Value);
                hash.AppendData(size);
            }
            VariableBytes.Use(variable, bytes => hash.AppendData(bytes));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
