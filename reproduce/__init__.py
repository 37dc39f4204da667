"""The tables and figures of the paper, and studies: `python reproduce/NAME.py --help`.

None of it is in the installed package. Each script is also a module, `reproduce.NAME`, to
the tests and to `evaluate.py`.
"""
