"""Generative art for the demo shop: one function per art form, and rooms to show it in.

Everything is seeded, so the same code always draws the same picture. A piece of art is a function
which draws on a `Sheet`; a scene puts such sheets on a wall or a table, in one constant light.
"""
