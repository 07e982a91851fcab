"""Plain HTTP beside Reflex: set-up, sign-in, sign-out, and the gate in front of everything. No page of the console."""
