"""OpenAI's wire for video: create, edit, remix, retrieve, list, download, delete. Source: the types of the `openai` package."""
