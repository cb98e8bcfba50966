"""EachLabs' wire: predictions, models, uploads, executions, webhooks, balance. Source: seed 004, eachlabs-wire."""
