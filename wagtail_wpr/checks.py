"""System checks: every misconfiguration that would open the door or spoil a page has an id."""
