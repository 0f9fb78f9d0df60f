"""Verificar: the verdict first as a sentence, then what it means, what to do, the evidence."""
