"""The real Kling O1 behind fal or EachLabs, with the operator's own key."""
