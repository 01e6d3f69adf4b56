# SPDX-License-Identifier: Apache-2.0
"""tenon_plugin - plugins of Tenon in Python.

    message, field      what goes into a method and what comes out
    Plugin              the plugin: its methods, its configuration, its life
    Failure             what a call ends with that does not end well; call.fail() raises it

A handler gets a Call (call.py). tenon_plugin.testing runs handlers without a server.
"""
from .errors import Failure
from .messages import field, message
from .plugin import Plugin

__all__ = ["Failure", "Plugin", "field", "message"]
__version__ = "0.1.0"
