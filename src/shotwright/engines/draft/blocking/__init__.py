"""The plan onto the floor, in metres and seconds: who stands where (`placing`), where they go (`ways`), how the shot opens and moves (`staging`)."""
