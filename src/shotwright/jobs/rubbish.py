"""Collects what nothing needs any more: at the start of a worker and every minute.

folders of work      of processes that were killed (`workdir`)
uploads in parts     that were not completed in time, with their parts
files                that have expired; bytes that no record names; outputs that no request names (its worker died before it was told)
requests             payloads and rows, by the operator's settings
"""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from shotwright.jobs.messages import result_files

if TYPE_CHECKING:
    from shotwright.files.store import FileStore
    from shotwright.jobs.outbox import Outbox
    from shotwright.jobs.rows import JSON
    from shotwright.jobs.store import RequestStore
    from shotwright.jobs.uploads import UploadStore
    from shotwright.jobs.workdir import WorkFolder
    from shotwright.settings import Settings

LOST_OUTPUT_S = 3600.0
"""Longer than any worker takes from the file of a clip to the row of its request."""
BATCH = 500


class Rubbish:
    """What is to be collected, and where."""

    def __init__(
        self,
        files: FileStore,
        store: RequestStore,
        uploads: UploadStore,
        outbox: Outbox,
        workdir: WorkFolder,
        *,
        settings: Settings,
    ) -> None:
        self._files, self._store, self._uploads, self._outbox, self._workdir = files, store, uploads, outbox, workdir
        self._settings = settings
        self._known: set[str] = set()

    async def sweep(self) -> None:
        """Collect it."""
        await asyncio.to_thread(self._workdir.sweep)
        await self._uploads.forget()
        await asyncio.to_thread(self._files.sweep)
        await self.lost_outputs(LOST_OUTPUT_S)
        await self._store.forget_keys()
        await self._forget_requests()

    async def lost_outputs(self, older_than_s: float) -> int:
        """Delete outputs that their request does not name, because another attempt made its clip; how many.

        Those of requests that this database does not know stay: another installation may keep its files in the same place.
        """
        made = await asyncio.to_thread(self._files.outputs, older_than_s)
        new = [(file_id, request_id) for file_id, request_id in made.items() if file_id not in self._known]
        self._known &= made.keys()
        removed = 0
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            results = await self._store.results([uuid.UUID(request_id) for _, request_id in batch])
            named = {file_id for result in results.values() for file_id in result_files(result)}
            lost = [
                file_id for file_id, request_id in batch if file_id not in named and uuid.UUID(request_id) in results
            ]
            self._known |= {file_id for file_id, _ in batch} - set(lost)
            await self._delete(lost)
            removed += len(lost)
        return removed

    async def _forget_requests(self) -> None:
        settings = self._settings
        results: list[JSON] = []
        if settings.keep_results_days:
            results += await self._store.forget(settings.keep_results_days)
        if settings.keep_history_days:
            results += await self._store.forget_rows(settings.keep_history_days)
            await self._outbox.forget_tests(settings.keep_history_days)
        await self._delete([file_id for result in results for file_id in result_files(result)])

    async def _delete(self, file_ids: list[str]) -> None:
        for file_id in file_ids:
            await asyncio.to_thread(self._files.delete, file_id)
