"""`python -m shotwright`."""

from shotwright.app import main

if __name__ == "__main__":
    main()
