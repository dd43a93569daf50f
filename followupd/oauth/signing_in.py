"""Asking the user for a grant: in a browser here or elsewhere, or by a code on another device.

Both ways end with tokens and store nothing: whoever calls tries them first, then hands them to
`grant.store`. Ctrl-C ends them at once and leaves nothing open.
"""

from followupd.oauth.in_browser import BrowserPage, sign_in_by_browser
from followupd.oauth.on_device import DevicePage, has_device_flow, sign_in_by_device
from followupd.oauth.returning import WrongAddress

__all__ = [
    "BrowserPage",
    "DevicePage",
    "WrongAddress",
    "has_device_flow",
    "sign_in_by_browser",
    "sign_in_by_device",
]
