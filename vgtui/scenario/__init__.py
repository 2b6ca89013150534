"""WHAT is simulated: plain, frozen data, read from TOML and edited without ever touching a network."""
