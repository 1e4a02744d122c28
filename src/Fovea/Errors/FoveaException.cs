namespace Fovea.Errors;

/// <summary>The root of every error that Fovea raises on purpose. The message says what is wrong, where, and what to do.</summary>
public class FoveaException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and the mend, in one line.</param>
    /// <param name="inner">The error behind it, if any.</param>
    public FoveaException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>Two shapes that must fit do not. The message names the operator, both shapes and the mend.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class ShapeMismatchException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>A model file or checkpoint is not what it should be: path, offset and reason.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class ModelFormatException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>A data file is not what it should be: path, offset and reason.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class DataFormatException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>An operator, or a case of it, that nothing here can compute, differentiate or read.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class UnsupportedOperatorException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>The memory that a plan needs is more than the process may use; nothing was allocated.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class MemoryBudgetException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>Training diverged: a loss or a gradient is not finite. The message names the first bad layer.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class DivergedException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>A run cannot be resumed, since its settings differ from those given. The message lists the differences.</summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class ResumeMismatchException(string message, Exception? inner = null) : FoveaException(message, inner);

/// <summary>
/// An operator, or a gradient, does not do what it says. The message names the operator, the sample, the check and the numbers.
/// </summary>
/// <inheritdoc cref="FoveaException(string, Exception?)"/>
public sealed class ConformanceException(string message, Exception? inner = null) : FoveaException(message, inner);
