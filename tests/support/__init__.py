"""What the tests stand on: servers, certificates and mail."""
