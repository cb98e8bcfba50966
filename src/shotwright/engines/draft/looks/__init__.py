"""What a shot looks like by words: tables of times, weathers, lights and styles, a record each, and how they draw."""
