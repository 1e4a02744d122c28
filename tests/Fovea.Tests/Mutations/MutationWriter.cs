using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fovea.Tests.Mutations;

/// <summary>
/// Writes a file with every mutant of it behind a switch: <c>a + b</c> becomes <c>(Mutant.Is(7) ? a - b : a + b)</c>, so that one build
/// serves all mutants. Inside of an alternative the source is as it was, since one mutant is on at a time.
/// </summary>
internal sealed class MutationWriter
{
    const string Switch = "global::Fovea.Mutant.Is";

    // What the suite draws its cases with, and what only prints.
    static readonly string[] SkippedMembers = ["Samples", "Cases", "GetHashCode", "ToString"];

    // How work is cut into pieces changes its speed, never its bits: the conformance suite holds every cut to the same bits.
    static readonly string[] Cuts = ["Pieces", "RowsOfPiece", "Grain", "Share", "CutOf"];

    // Adjacent arguments that may be exchanged.
    static readonly string[] Symmetric =
        ["Max", "Min", "Add", "AreEqual", "Combine", "Equals", "And", "Or", "Xor", "Equal", "Maximum", "Minimum"];

    readonly StringBuilder _text = new();
    readonly MutatedFile _result;
    readonly HashSet<int> _dropped;
    readonly SyntaxTree _tree;
    int _next;

    MutationWriter(string file, SyntaxTree tree, int first, HashSet<int> dropped)
    {
        _result = new(file);
        _tree = tree;
        _next = first;
        _dropped = dropped;
    }

    /// <summary>The file with its mutants, numbered from <paramref name="next"/>; those that do not compile are left out.</summary>
    internal static MutatedFile Write(string file, SyntaxTree tree, ref int next, HashSet<int> dropped)
    {
        var writer = new MutationWriter(file, tree, next, dropped);
        writer.Write(tree.GetRoot());
        writer._result.Text = writer._text.ToString();
        next = writer._next;
        return writer._result;
    }

    void Write(SyntaxNode node)
    {
        if (IsLeftAlone(node))
        {
            _text.Append(node.ToFullString());
            return;
        }

        var alternatives = node is ExpressionSyntax or ExpressionStatementSyntax && !HoldsDeclarations(node) ? [.. Alternatives(node)]
            : new List<string>();
        var opened = new List<(int Start, int Number)>();
        foreach (var alternative in alternatives)
        {
            var number = _next++;
            if (_dropped.Contains(number))
            {
                continue;
            }

            opened.Add((_text.Length, number));
            var line = _tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;
            _result.Mutants.Add(new(number, _result.File, line, Member(node), OneLine(node.ToString()), OneLine(alternative)));
            _text.Append(node is StatementSyntax
                ? $"{{ if ({Switch}({number})) {alternative} else " : $"({Switch}({number}) ? {alternative} : ");
        }

        foreach (var child in node.ChildNodesAndTokens())
        {
            if (child.AsNode() is { } inner)
            {
                Write(inner);
            }
            else
            {
                _text.Append(child.AsToken().ToFullString());
            }
        }

        foreach (var (start, number) in Enumerable.Reverse(opened))
        {
            _text.Append(node is StatementSyntax ? " }" : ")");
            _result.Switches.Add((start, _text.Length, number,
                node.IsKind(SyntaxKind.LogicalAndExpression) || node.IsKind(SyntaxKind.LogicalOrExpression)));
        }
    }

    static string OneLine(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    static string Member(SyntaxNode node) => node.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault() switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        TypeDeclarationSyntax type => type.Identifier.Text,
        { } other => other.Kind().ToString(),
        null => "",
    };

    /// <summary>Constants, names, messages, cases of the suite, and what is computed once before any mutant is on.</summary>
    static bool IsLeftAlone(SyntaxNode node) => node switch
    {
        AttributeListSyntax or EnumDeclarationSyntax or InterpolatedStringExpressionSyntax or ThrowStatementSyntax
            or ThrowExpressionSyntax or PatternSyntax or CaseSwitchLabelSyntax or UsingDirectiveSyntax or TypeSyntax
            or StackAllocArrayCreationExpressionSyntax => true,
        ParameterSyntax or LocalDeclarationStatementSyntax { IsConst: true } => true,
        BaseFieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.ConstKeyword) || field.Modifiers.Any(SyntaxKind.StaticKeyword)
            && !field.DescendantNodes().OfType<LambdaExpressionSyntax>().Any(),
        PropertyDeclarationSyntax { Initializer: { } initializer } property => property.Modifiers.Any(SyntaxKind.StaticKeyword)
            && !initializer.DescendantNodes().OfType<LambdaExpressionSyntax>().Any(),
        MethodDeclarationSyntax method => SkippedMembers.Contains(method.Identifier.Text),
        InvocationExpressionSyntax call => Name(call) is "nameof" or "Debug.Assert" || Cuts.Contains(Name(call)),
        _ => false,
    };

    static string Name(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        _ => "",
    };

    // A variable may be declared once.
    static bool HoldsDeclarations(SyntaxNode node) => node.DescendantNodes(n => n is not LambdaExpressionSyntax)
        .Any(n => n is DeclarationExpressionSyntax or SingleVariableDesignationSyntax or QueryExpressionSyntax);

    static IEnumerable<string> Alternatives(SyntaxNode node)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary:
                return Binary(binary).Select(text => $"({text})");
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression or (int)SyntaxKind.LogicalNotExpression } unary
                when unary.Operand is not LiteralExpressionSyntax:
                return [$"({unary.Operand})"];
            case LiteralExpressionSyntax literal when literal.Token.Value is int or long or float or double:
                return Literal(literal.Token);
            // Two names exchanged are still two names.
            case ConditionalExpressionSyntax { Condition: not BinaryExpressionSyntax and not PrefixUnaryExpressionSyntax } choice
                when !choice.WhenTrue.IsKind(SyntaxKind.StringLiteralExpression):
                return [$"({choice.Condition} ? {choice.WhenFalse} : {choice.WhenTrue})"];
            case CollectionExpressionSyntax { Elements: { Count: > 1 } list } when list[0] is ExpressionElementSyntax
                && list[1] is ExpressionElementSyntax && !Same(list[0], list[1]):
                return [$"[{string.Join(", ", (IEnumerable<SyntaxNode>)[list[1], list[0], .. list.Skip(2)])}]"];
            case InvocationExpressionSyntax call:
                return Exchanged(call);
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment }:
                return Assignment(assignment);
            default:
                return [];
        }
    }

    static bool Same(SyntaxNode a, SyntaxNode b) => a.ToString() == b.ToString();

    static IEnumerable<string> Binary(BinaryExpressionSyntax binary)
    {
        var (left, right) = (binary.Left.ToString(), binary.Right.ToString());
        if (right.EndsWith(".MaxValue", StringComparison.Ordinal))
        {
            // One more or less than no test can hold.
            return [];
        }

        return binary.Kind() switch
        {
            SyntaxKind.AddExpression => IsText(binary) ? [] : [$"{left} - {right}", left],
            SyntaxKind.SubtractExpression => [$"{left} + {right}", left],
            SyntaxKind.MultiplyExpression => [$"{left} / {right}", left],
            SyntaxKind.DivideExpression => [$"{left} * {right}"],
            SyntaxKind.ModuloExpression => [left],
            SyntaxKind.LessThanExpression => [$"{left} <= {right}"],
            SyntaxKind.LessThanOrEqualExpression => [$"{left} < {right}"],
            SyntaxKind.GreaterThanExpression => [$"{left} >= {right}"],
            SyntaxKind.GreaterThanOrEqualExpression => [$"{left} > {right}"],
            SyntaxKind.EqualsExpression => [$"{left} != {right}"],
            SyntaxKind.NotEqualsExpression => [$"{left} == {right}"],
            SyntaxKind.LogicalAndExpression => [$"{left} || {right}"],
            SyntaxKind.LogicalOrExpression => [$"{left} && {right}"],
            _ => [],
        };
    }

    static bool IsText(BinaryExpressionSyntax binary) => binary.DescendantNodesAndSelf().Any(n =>
        n is InterpolatedStringExpressionSyntax || n.IsKind(SyntaxKind.StringLiteralExpression));

    // One more, or twice.
    static IEnumerable<string> Literal(SyntaxToken token) => token.Value switch
    {
        int value when value < int.MaxValue && token.Text == token.ValueText => [$"{value + 1}"],
        long value when value < int.MaxValue => [$"{value + 1}L"],
        float value when value != 0 && float.IsFinite(value) => [FormattableString.Invariant($"{2 * value:R}f")],
        float => ["1f"],
        double value when value != 0 && double.IsFinite(value) => [FormattableString.Invariant($"{2 * value:R}d")],
        double => ["1d"],
        _ => [],
    };

    static IEnumerable<string> Exchanged(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments;
        if (Symmetric.Contains(Name(call)) || Commutes(call)
            || arguments.Any(a => a.NameColon is not null || !a.RefKindKeyword.IsKind(SyntaxKind.None)))
        {
            yield break;
        }

        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            // Names, members and places: what is most easily taken for another.
            if (arguments[i].Expression is SimpleNameSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax
                && arguments[i + 1].Expression.Kind() == arguments[i].Expression.Kind() && !Same(arguments[i], arguments[i + 1]))
            {
                SyntaxNode[] exchanged = [.. arguments.Take(i), arguments[i + 1], arguments[i], .. arguments.Skip(i + 2)];
                yield return $"{call.Expression}({string.Join(", ", exchanged.Select(a => a.ToString()))})";
            }
        }
    }

    // The function of a table that its name says.
    static bool Commutes(InvocationExpressionSyntax call) => call.ArgumentList.Arguments is [
    {
        Expression: MemberAccessExpressionSyntax
        {
            Expression: IdentifierNameSyntax { Identifier.Text: "BinaryFunction" },
            Name.Identifier.Text: "Add" or "Multiply" or "And" or "Or" or "Xor" or "Equal" or "NotEqual" or "Maximum" or "Minimum",
        }
    }, ..];

    static IEnumerable<string> Assignment(AssignmentExpressionSyntax assignment) => assignment.Kind() switch
    {
        SyntaxKind.AddAssignmentExpression => [$"{assignment.Left} -= {assignment.Right};", $"{assignment.Left} = {assignment.Right};"],
        SyntaxKind.SubtractAssignmentExpression => [$"{assignment.Left} += {assignment.Right};"],
        SyntaxKind.MultiplyAssignmentExpression => [$"{assignment.Left} = {assignment.Right};"],
        SyntaxKind.OrAssignmentExpression => [$"{assignment.Left} = {assignment.Right};"],
        SyntaxKind.AndAssignmentExpression => [$"{assignment.Left} = {assignment.Right};"],
        _ => [],
    };
}
