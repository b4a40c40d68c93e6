"""Further correct ways of writing each exercise, one module a topic; a check accepts them all."""

import importlib
import pkgutil

ALTERNATIVES = {}
for _module in pkgutil.iter_modules(__path__):
    ALTERNATIVES.update(importlib.import_module(f"{__name__}.{_module.name}").ALTERNATIVES)
