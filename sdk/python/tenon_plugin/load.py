# SPDX-License-Identifier: Apache-2.0
"""load - the plugin that a file holds."""
import importlib.util
import os
import sys

from .plugin import Plugin


def load(path, kind=None):
    """Runs the file and returns its Plugin: the global `plugin`, or the only one there is. kind: what it must call itself."""
    name = "tenon_plugin_file_" + os.path.basename(path).removesuffix(".py")  # no name of a library
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ValueError("%s is no file of Python" % path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin):
        found = [v for v in vars(module).values() if isinstance(v, Plugin)]
        if len(found) != 1:
            raise ValueError("it has %s: plugin = tenon_plugin.Plugin(...)" % ("no plugin" if not found else "%d plugins, none called `plugin`" % len(found)))
        plugin = found[0]
    if kind and kind != plugin.interface + "/" + plugin.name:
        raise ValueError("it calls itself %s/%s but lies at %s" % (plugin.interface, plugin.name, kind))
    return plugin
