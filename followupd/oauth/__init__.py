"""OAuth 2.0: a grant that the user gave in a browser, in place of a password.

`signing_in` asks for a grant, `grant` keeps it alive: access tokens that are good for some
minutes at least, refresh tokens that are stored before an older one is dropped. What an answer
means is decided in pure functions (`answers`, `tokens`, `returning`, `polling`, `new_grant`);
`web`, `vault`, `token_file`, `locking` and `loopback` touch the world. Neither a token, a code nor
a client secret gets into an error, a log or a `repr`.
"""
