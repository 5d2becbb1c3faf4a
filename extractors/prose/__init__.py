"""Text to meaning: datelines, dates, bylines, end marks, language. Text in, structs out, offsets into that text."""
