"""The tables and figures of the paper, and studies: `python reproduce/NAME.py --help`.

Not part of the installed package. Tests and `evaluate.py` import the scripts as
`reproduce.NAME`.
"""
