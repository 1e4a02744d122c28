using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Fovea.Tests.Architecture;

/// <summary>Reads the tokens that a method's instructions name.</summary>
internal static class OpCodeTable
{
    static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <summary>Each metadata token in the body, with the offset of its instruction.</summary>
    internal static IEnumerable<(int Offset, int Token)> Tokens(byte[] il)
    {
        var at = 0;
        while (at < il.Length)
        {
            var start = at;
            int code = il[at++];
            if (code == 0xFE)
            {
                code = 0xFE00 | il[at++];
            }

            var operand = Operands[code];
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return (start, BitConverter.ToInt32(il, at));
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    internal static byte[] Body(System.Reflection.PortableExecutable.PEReader image, MethodDefinition method) =>
        method.RelativeVirtualAddress == 0 ? [] : image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes() ?? [];
}
