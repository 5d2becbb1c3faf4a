"""A fleet: many archives, each crawled by one worker at a time, for what one machine cannot hold or fetch.

Nothing outside this room imports it but the command line, so that one archive on one machine needs none of its engines.
"""
