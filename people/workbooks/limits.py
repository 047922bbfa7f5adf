"""How large a workbook may be. Above these it is refused with a sentence, before anything is done with it."""

FILE_BYTES = 40 * 1024 * 1024
"""Of the file as it is sent."""

ROWS = 150_000
"""Rows with content on one sheet."""

UNPACKED_BYTES = 600 * 1024 * 1024
"""Of all parts of an XLSX together, unpacked."""

STRINGS_BYTES = 120 * 1024 * 1024
"""Of the part that holds the texts of an XLSX, which is kept in memory."""

RATIO = 150
"""How much smaller packing may have made a part. Tables of people shrink to a tenth or a thirtieth."""

SMALL_BYTES = 5 * 1024 * 1024
"""Parts below this are harmless, however well they were packed."""

ENTRIES = 2_000
"""Parts in an XLSX."""

CELL_CHARACTERS = 32_767
"""In one cell: Excel's own limit."""

COLUMNS = 200
"""Columns that are looked at."""

MERGED_CELLS = 1_000_000
"""Cells that merged ranges may fill."""

SHEETS = 40
PROBLEMS = 5_000
"""Problems that are kept word by word; of more, the number."""
