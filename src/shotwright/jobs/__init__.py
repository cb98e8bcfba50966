"""Requests as durable jobs: the state table, the store, the queue, the worker. The only room that changes a job's state."""
