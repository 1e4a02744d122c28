using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Fovea.Tests.Architecture;

/// <summary>One use of a type or member by code of the scanned assembly.</summary>
/// <param name="Files">The source files the using code may stand in: one, unless a partial type's own declaration uses it.</param>
/// <param name="Line">The line, or 0 where a signature or a declaration uses it.</param>
/// <param name="Target">Namespace-qualified type, and <c>::member</c> for a member.</param>
/// <param name="TargetFiles">The source files of the target; empty when it lies in another assembly.</param>
internal sealed record Use(ImmutableArray<string> Files, int Line, string Target, ImmutableArray<string> TargetFiles)
{
    public override string ToString() => $"{string.Join(" | ", Files)}{(Line > 0 ? $":{Line}" : "")} uses {Target}";
}

/// <summary>
/// Every use of a type or member in a compiled assembly, with the source file of both ends. Reads the assembly and its symbols, so that
/// <c>var</c>, extension members and namespaces that differ from the folder hide nothing. Constants are copied by the compiler and
/// leave no trace.
/// </summary>
internal sealed class AssemblyScan : IDisposable
{
    static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    readonly PEReader _image;
    readonly MetadataReaderProvider _symbols;
    readonly MetadataReader _metadata;
    readonly MetadataReader _debug;
    readonly Dictionary<TypeDefinitionHandle, ImmutableArray<string>> _typeFiles = [];
    readonly List<Use> _uses = [];

    internal AssemblyScan(string path)
    {
        _image = new PEReader(File.OpenRead(path));
        _symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        _metadata = _image.GetMetadataReader();
        _debug = _symbols.GetMetadataReader();
        foreach (var type in _metadata.TypeDefinitions)
        {
            FilesOf(type);
        }

        foreach (var type in _metadata.TypeDefinitions)
        {
            ScanType(type);
        }
    }

    /// <summary>Each type that stands in a source file: its full name and its files.</summary>
    internal IEnumerable<(string Name, string Namespace, ImmutableArray<string> Files)> Types =>
        from pair in _typeFiles
        where !pair.Value.IsEmpty
        let type = _metadata.GetTypeDefinition(pair.Key)
        where type.GetDeclaringType().IsNil
        select (NameOf(pair.Key), _metadata.GetString(type.Namespace), pair.Value);

    internal IReadOnlyList<Use> Uses => _uses;

    public void Dispose()
    {
        _symbols.Dispose();
        _image.Dispose();
    }

    void ScanType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var files = _typeFiles[handle];
        Record(files, 0, type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            Record(files, 0, _metadata.GetInterfaceImplementation(implemented).Interface);
        }

        RecordGenerics(files, type.GetGenericParameters());
        RecordAttributes(files, type.GetCustomAttributes());
        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            RecordAll(files, 0, field.DecodeSignature(Named.Instance, null));
            RecordAttributes(files, field.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods())
        {
            ScanMethod(method, files);
        }
    }

    void ScanMethod(MethodDefinitionHandle handle, ImmutableArray<string> typeFiles)
    {
        var method = _metadata.GetMethodDefinition(handle);
        var files = FileOf(handle) is { } file ? [file] : typeFiles;
        if (files.IsEmpty)
        {
            return;                                                 // the compiler's own helpers
        }

        var signature = method.DecodeSignature(Named.Instance, null);
        RecordAll(files, 0, signature.ReturnType.AddRange(signature.ParameterTypes.SelectMany(types => types)));
        RecordGenerics(files, method.GetGenericParameters());
        RecordAttributes(files, method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var locals = _image.GetMethodBody(method.RelativeVirtualAddress).LocalSignature;
        if (!locals.IsNil)
        {
            var types = _metadata.GetStandaloneSignature(locals).DecodeLocalSignature(Named.Instance, null);
            RecordAll(files, 0, [.. types.SelectMany(named => named)]);
        }

        var lines = _debug.GetMethodDebugInformation(handle).GetSequencePoints().Where(point => !point.IsHidden).ToArray();
        foreach (var (offset, token) in OpCodeTable.Tokens(OpCodeTable.Body(_image, method)))
        {
            Record(files, lines.LastOrDefault(point => point.Offset <= offset).StartLine, MetadataTokens.EntityHandle(token));
        }
    }

    void RecordGenerics(ImmutableArray<string> files, GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            Record(files, 0, _metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    void RecordAttributes(ImmutableArray<string> files, CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Record(files, 0, _metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    void RecordAll(ImmutableArray<string> files, int line, ImmutableArray<EntityHandle> targets)
    {
        foreach (var target in targets)
        {
            Record(files, line, target);
        }
    }

    void Record(ImmutableArray<string> files, int line, EntityHandle target)
    {
        if (target.IsNil || files.IsEmpty)
        {
            return;
        }

        switch (target.Kind)
        {
            case HandleKind.TypeDefinition:
                _uses.Add(new Use(files, line, NameOf(target), _typeFiles[(TypeDefinitionHandle)target]));
                break;
            case HandleKind.TypeReference:
                _uses.Add(new Use(files, line, NameOf(target), []));
                break;
            case HandleKind.TypeSpecification:
                RecordAll(files, line, Decode((TypeSpecificationHandle)target));
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)target);
                var home = FileOf((MethodDefinitionHandle)target) is { } file ? [file] : _typeFiles[method.GetDeclaringType()];
                _uses.Add(new Use(files, line, NameOf(method.GetDeclaringType()) + "::" + _metadata.GetString(method.Name), home));
                break;
            case HandleKind.FieldDefinition:
                Record(files, line, _metadata.GetFieldDefinition((FieldDefinitionHandle)target).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)target);
                Record(files, line, generic.Method);
                RecordAll(files, line, [.. generic.DecodeSignature(Named.Instance, null).SelectMany(types => types)]);
                break;
            case HandleKind.MemberReference:
                RecordMember(files, line, _metadata.GetMemberReference((MemberReferenceHandle)target));
                break;
        }
    }

    void RecordMember(ImmutableArray<string> files, int line, MemberReference member)
    {
        Record(files, line, member.Parent);
        var parent = member.Parent.Kind == HandleKind.TypeSpecification
            ? Decode((TypeSpecificationHandle)member.Parent).FirstOrDefault()
            : member.Parent;
        if (!parent.IsNil && parent.Kind == HandleKind.TypeReference)
        {
            var parameters = member.GetKind() == MemberReferenceKind.Method
                ? member.DecodeMethodSignature(Named.Instance, null).ParameterTypes.Length : 0;
            _uses.Add(new Use(files, line, $"{NameOf(parent)}::{_metadata.GetString(member.Name)}/{parameters}", []));
        }
    }

    ImmutableArray<EntityHandle> Decode(TypeSpecificationHandle handle) =>
        _metadata.GetTypeSpecification(handle).DecodeSignature(Named.Instance, null);

    string? FileOf(MethodDefinitionHandle method)
    {
        var information = _debug.GetMethodDebugInformation(method);
        var document = information.Document;
        if (document.IsNil && !information.SequencePointsBlob.IsNil)
        {
            document = information.GetSequencePoints().Select(point => point.Document).FirstOrDefault(found => !found.IsNil);
        }

        return document.IsNil ? null : SourcePath(document);
    }

    ImmutableArray<string> FilesOf(TypeDefinitionHandle handle)
    {
        if (_typeFiles.TryGetValue(handle, out var known))
        {
            return known;
        }

        var type = _metadata.GetTypeDefinition(handle);
        var files = new SortedSet<string>(type.GetMethods().Select(FileOf).OfType<string>(), StringComparer.Ordinal);
        foreach (var information in _debug.GetCustomDebugInformation(handle).Select(_debug.GetCustomDebugInformation))
        {
            if (_debug.GetGuid(information.Kind) == TypeDefinitionDocuments)
            {
                var blob = _debug.GetBlobReader(information.Value);
                while (blob.RemainingBytes > 0)
                {
                    if (SourcePath(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger())) is { } path)
                    {
                        files.Add(path);
                    }
                }
            }
        }

        var declaring = type.GetDeclaringType();
        return _typeFiles[handle] = files.Count > 0 || declaring.IsNil ? [.. files] : FilesOf(declaring);
    }

    // Generated sources (obj/) are nobody's room; a build in CI writes paths as /_/src/….
    string? SourcePath(DocumentHandle document)
    {
        var path = _debug.GetString(_debug.GetDocument(document).Name).Replace('\\', '/');
        var at = path.LastIndexOf("/src/", StringComparison.Ordinal);
        return at < 0 || path.Contains("/obj/", StringComparison.Ordinal) ? null : path[(at + 1)..];
    }

    string NameOf(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeReference)
        {
            var reference = _metadata.GetTypeReference((TypeReferenceHandle)handle);
            return Join(_metadata.GetString(reference.Namespace), _metadata.GetString(reference.Name));
        }

        var type = _metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? NameOf(outer) + "+" + _metadata.GetString(type.Name)
            : Join(_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    static string Join(string space, string name) => space.Length == 0 ? name : space + "." + name;

    /// <summary>Decodes a signature to the types that it names, the outermost first.</summary>
    sealed class Named : ISignatureTypeProvider<ImmutableArray<EntityHandle>, object?>
    {
        internal static readonly Named Instance = new();

        public ImmutableArray<EntityHandle> GetArrayType(ImmutableArray<EntityHandle> element, ArrayShape shape) => element;
        public ImmutableArray<EntityHandle> GetByReferenceType(ImmutableArray<EntityHandle> element) => element;
        public ImmutableArray<EntityHandle> GetFunctionPointerType(MethodSignature<ImmutableArray<EntityHandle>> signature) =>
            signature.ReturnType.AddRange(signature.ParameterTypes.SelectMany(types => types));

        public ImmutableArray<EntityHandle> GetGenericInstantiation(
            ImmutableArray<EntityHandle> type, ImmutableArray<ImmutableArray<EntityHandle>> arguments) =>
            type.AddRange(arguments.SelectMany(types => types));

        public ImmutableArray<EntityHandle> GetGenericMethodParameter(object? context, int index) => [];
        public ImmutableArray<EntityHandle> GetGenericTypeParameter(object? context, int index) => [];
        public ImmutableArray<EntityHandle> GetModifiedType(
            ImmutableArray<EntityHandle> modifier, ImmutableArray<EntityHandle> type, bool required) => type.AddRange(modifier);

        public ImmutableArray<EntityHandle> GetPinnedType(ImmutableArray<EntityHandle> element) => element;
        public ImmutableArray<EntityHandle> GetPointerType(ImmutableArray<EntityHandle> element) => element;
        public ImmutableArray<EntityHandle> GetPrimitiveType(PrimitiveTypeCode code) => [];
        public ImmutableArray<EntityHandle> GetSZArrayType(ImmutableArray<EntityHandle> element) => element;
        public ImmutableArray<EntityHandle> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte raw) => [handle];
        public ImmutableArray<EntityHandle> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte raw) => [handle];
        public ImmutableArray<EntityHandle> GetTypeFromSpecification(
            MetadataReader reader, object? context, TypeSpecificationHandle handle, byte raw) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, context);
    }
}
