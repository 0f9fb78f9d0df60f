"""The hoja de ruta."""
