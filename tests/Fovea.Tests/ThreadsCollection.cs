using Xunit;

namespace Fovea.Tests;

/// <summary>Tests that set the number of threads, or measure memory of the whole process: they run alone.</summary>
[CollectionDefinition("Threads", DisableParallelization = true)]
public sealed class ThreadsCollection;
