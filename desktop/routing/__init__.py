"""PURE. The routing slip (hoja de ruta), its hops and deadlines, and what each tray allows. Standard library only."""
