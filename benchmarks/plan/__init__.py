"""From a page of TOML to cells: what is fitted to which data, with which seed."""
