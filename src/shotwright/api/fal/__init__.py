"""fal.ai's wire: sync run, queue, streams, uploads, per-endpoint OpenAPI. Source: fal-wire sections 0-3, 5 and 6.1."""
