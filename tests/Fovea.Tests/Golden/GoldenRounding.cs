using Fovea.Tensors;

namespace Fovea.Tests.Golden;

/// <summary>Rounding, comparisons, logic: what has steps; and rows that are replaced.</summary>
internal static class GoldenRounding
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["floor"] = c => [c["x"].Floor()],
        ["ceil"] = c => [c["x"].Ceiling()],
        ["round"] = c => [c["x"].Round()],
        ["sign"] = c => [c["x"].Sign()],
        ["log1p"] = c => [c["x"].Log1p()],
        ["expm1"] = c => [c["x"].Expm1()],
        ["less"] = c => Truth(c["a"] < c["b"]),
        ["less_equal"] = c => Truth(c["a"] <= c["b"]),
        ["greater"] = c => Truth(c["a"] > c["b"]),
        ["greater_equal"] = c => Truth(c["a"] >= c["b"]),
        ["equal"] = c => Truth(c["a"].EqualTo(c["b"])),
        ["not_equal"] = c => Truth(c["a"].NotEqualTo(c["b"])),
        ["logical_and"] = c => Truth(c["a"].Cast(ElementType.Bool) & c["b"].Cast(ElementType.Bool)),
        ["logical_or"] = c => Truth(c["a"].Cast(ElementType.Bool) | c["b"].Cast(ElementType.Bool)),
        ["logical_xor"] = c => Truth(c["a"].Cast(ElementType.Bool) ^ c["b"].Cast(ElementType.Bool)),
        ["index_copy"] = c => [c["x"].ScatterRows(c["rows"], c["i"])],
    };

    static Tensor[] Truth(Tensor condition) => [condition.Cast(ElementType.Int64)];
}
