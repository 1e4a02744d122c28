global using TestValue = Fovea.SampleValue;
