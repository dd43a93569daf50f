"""Finding the servers of an address, so that nobody has to look them up.

Four ways, best first: what is known of the large providers, what the domain says in the DNS (RFC
6186, RFC 8314), the document that the domain serves about its mail, and names that are usual. No
server is ever told a password or a user name here, and nobody is asked but the domain itself and
the server that receives its mail.
"""

from __future__ import annotations
