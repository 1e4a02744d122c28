using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Tensors;
using Microsoft.Extensions.Logging;

namespace Fovea.Training;

/// <summary>
/// The checkpoints of a run: safetensors files named by their step, each with a SHA-256 of all it holds. A new one is wholly on the disk
/// before the oldest of three goes; a damaged one gives way to the one before.
/// </summary>
sealed class Checkpoint(string folder, FileOperations files, ILogger logger)
{
    const string Format = "fovea-checkpoint/1", Suffix = ".safetensors", Prefix = "step-", HashKey = "sha256", FormatKey = "format";
    const int Kept = 2;
    readonly HashSet<string> _damaged = new(StringComparer.Ordinal);

    /// <summary>Writes a checkpoint, then deletes those it makes superfluous.</summary>
    /// <param name="state">Where the run stands.</param>
    /// <param name="variables">What is saved, by the name in the file.</param>
    /// <param name="arrays">Further values: raw elements, of a variable's type.</param>
    public void Save(RunState state, IReadOnlyList<(string Name, Variable Variable)> variables,
        IReadOnlyList<(string Name, Variable Like, byte[] Bytes)> arrays)
    {
        List<SafetensorsSource> sources =
        [
            .. variables.Select(v => VariableBytes.Source(v.Name, v.Variable)),
            .. arrays.Select(a => VariableBytes.Source(a.Name, a.Like) with { Write = stream => stream.Write(a.Bytes) }),
        ];
        var metadata = state.ToTexts();
        metadata[FormatKey] = Format;
        using var hash = new ContentHash(metadata);
        foreach (var source in sources.OrderBy(s => s.Name, StringComparer.Ordinal)) hash.Append(source);
        metadata[HashKey] = hash.Finish();
        string path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{state.Steps:D12}{Suffix}"));
        DurableFile.Write(path, stream => SafetensorsWriter.Write(stream, sources, metadata), files);
        _damaged.Remove(path);
        // What was found damaged is not one of those that are kept: whole ones would have to go for it.
        foreach (string old in All().Where(p => p != path && !_damaged.Contains(p)).Skip(Kept - 1).Concat(_damaged)) Delete(old);
        _damaged.Clear();
    }

    void Delete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TrainingLog.NotDeleted(logger, path, e.Message);         // it costs room, and nothing else
        }
    }

    /// <summary>Loads the newest whole checkpoint into the variables.</summary>
    /// <returns>The state and the further arrays by name; null when there is no checkpoint.</returns>
    /// <exception cref="ModelFormatException">None is whole, or it is of another network.</exception>
    public (RunState State, Dictionary<string, byte[]> Arrays)? Load(IReadOnlyList<(string Name, Variable Variable)> variables)
    {
        string? reasons = null;
        foreach (string path in All())
        {
            try
            {
                return Load(path, variables);
            }
            catch (DamagedException e)
            {
                TrainingLog.Damaged(logger, path, e.Message);
                _damaged.Add(path);
                reasons = reasons is null ? e.Message : $"{reasons}; {e.Message}";
            }
        }
        return reasons is null ? null : throw new ModelFormatException($"{folder}: no checkpoint is whole: {reasons}");
    }

    static (RunState, Dictionary<string, byte[]>) Load(string path, IReadOnlyList<(string Name, Variable Variable)> variables)
    {
        Dictionary<string, (ElementType Type, Dims Shape, byte[] Bytes)> tensors = new(StringComparer.Ordinal);
        RunState state;
        try
        {
            using var file = SafetensorsFile.Open(path);
            var metadata = file.Metadata.Where(m => m.Key != HashKey).ToDictionary(StringComparer.Ordinal);
            if (metadata.GetValueOrDefault(FormatKey) != Format) throw new DamagedException($"{path}: it is no checkpoint of this version");
            using var hash = new ContentHash(metadata);
            foreach (var entry in file.Entries.OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                byte[] bytes = file.Read(entry);
                hash.Append(SafetensorsSource.From<byte>(entry.Name, entry.Shape, bytes) with { Type = entry.Type });
                tensors[entry.Name] = (entry.Type, entry.Shape, bytes);
            }
            if (file.Metadata.GetValueOrDefault(HashKey) != hash.Finish())
                throw new DamagedException($"{path}: its SHA-256 is not that of its content");
            state = RunState.Parse(metadata);
        }
        catch (Exception e) when (e is ModelFormatException or FormatException or OverflowException)
        {
            throw new DamagedException(e.Message);
        }

        // The file is whole: what does not fit now is not damage.
        foreach (var (name, variable) in variables)
        {
            if (!tensors.TryGetValue(name, out var tensor))
                throw new ModelFormatException($"{path}: there is no \"{name}\": the checkpoint is of another network or optimizer.");
            if (tensor.Type != variable.Type.Element || (Shape)tensor.Shape != variable.Shape)
                throw new ModelFormatException(
                    $"{path}: \"{name}\" is {tensor.Type} {tensor.Shape}, not {variable.Type}: the checkpoint is of another network.");
        }
        foreach (var (name, variable) in variables)
        {
            VariableBytes.Restore(variable, tensors[name].Bytes);
            tensors.Remove(name);
        }
        return (state, tensors.ToDictionary(t => t.Key, t => t.Value.Bytes, StringComparer.Ordinal));
    }

    /// <summary>The files, the newest first.</summary>
    IEnumerable<string> All() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, Prefix + "*" + Suffix).OrderDescending(StringComparer.Ordinal).ToArray()
        : [];

    sealed class DamagedException(string message) : Exception(message);

    /// <summary>SHA-256 over metadata and tensors; every part has its length in front.</summary>
    sealed class ContentHash : IDisposable
    {
        readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public ContentHash(IReadOnlyDictionary<string, string> metadata)
        {
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                Text(key);
                Text(value);
            }
        }

        public void Append(SafetensorsSource source)
        {
            Text(source.Name);
            Text($"{source.Type} {source.Shape}");
            source.Write(new HashStream(_hash));
        }

        public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();

        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            _hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
            _hash.AppendData(bytes);
        }
    }

    sealed class HashStream(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);
        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
