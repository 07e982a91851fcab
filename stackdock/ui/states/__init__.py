"""What every page shares: who is signed in, the guard before every event, the handler decorator, notices."""
