"""python -m vgtui."""

from vgtui.cli import main

if __name__ == "__main__":
    main()
