"""`python -m shotwright`."""

from shotwright.cli import main

if __name__ == "__main__":
    main()
