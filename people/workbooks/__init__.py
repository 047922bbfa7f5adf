"""Import and export of people by workbook: reading, checking, writing, taking back, exporting."""
