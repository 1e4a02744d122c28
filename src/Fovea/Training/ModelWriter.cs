using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Microsoft.Extensions.Logging;

namespace Fovea.Training;

/// <summary>Writes the model file at the end of a run.</summary>
static class ModelWriter
{
    /// <summary>
    /// Writes a self-contained file; the weights alone for a network whose graph no file can hold, since hours of training are not to
    /// be lost.
    /// </summary>
    public static void Write(string path, Module model, FileOperations files, ILogger logger)
    {
        try
        {
            ModelFile.Save(path, model, ModelCard.Of(model), files);
        }
        catch (UnsupportedOperatorException e)
        {
            TrainingLog.WeightsAlone(logger, path, e.Message);
            ModuleFiles.SaveWeights(path, model, files);
        }
    }
}
