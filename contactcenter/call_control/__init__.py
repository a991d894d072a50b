"""What people do with a call: hold, transfer, listen in, call somebody, keep a promise to call."""
