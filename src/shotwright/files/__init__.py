"""Where bytes live: uploads, results, previews, in a folder or an object store. Knows nothing of requests or wires."""
