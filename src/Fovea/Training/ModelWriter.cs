using Fovea.Data;
using Fovea.Modules;

namespace Fovea.Training;

/// <summary>Writes the model file at the end of a run.</summary>
static class ModelWriter
{
    public static void Write(string path, Module model, FileOperations files) =>
        DurableFile.Write(path, stream => SafetensorsWriter.Write(stream,
            [.. model.Variables.Select(v => VariableBytes.Source(v.Name, v))]), files);
}
