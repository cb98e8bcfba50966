"""The wires: dialects of HTTP that existing clients speak. The only room that knows wire shapes."""
