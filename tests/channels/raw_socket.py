"""A client of the WebSocket protocol byte by byte, for what no well-behaved one would send."""

import asyncio
import base64
import json
import os
import socket
import struct

from chat_browser import KEY, ORIGIN

TEXT, PING, CLOSE = 0x1, 0x9, 0x8


def framed(payload, kind=TEXT, *, final=True, length=None):
    """One masked frame; ``length`` is what its header says, if not the truth."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | kind])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += struct.pack(">BH", 0x80 | 126, size)
    else:
        head += struct.pack(">BQ", 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload  # a mask of zeros changes nothing


def hello(**more):
    return framed(json.dumps({"type": "hello", "version": 1, "entry_point": KEY, **more}).encode())


def message(text, frame_id="m-1"):
    return framed(json.dumps({"type": "message", "id": frame_id, "text": text}).encode())


class RawSocket:
    """One connection after its handshake."""

    def __init__(self, sock):
        self.sock = sock
        self.received = b""

    @classmethod
    async def open(cls, port, *, buffer_bytes=4096, origin=ORIGIN):
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET /hooks/webchat/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Origin: {origin}\r\n\r\n"
        )
        await loop.sock_sendall(sock, request.encode())
        one = cls(sock)
        await one.until(b"\r\n\r\n")
        assert one.received.startswith(b"HTTP/1.1 101"), one.received
        one.received = b""
        return one

    async def send(self, data):
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def until(self, wanted):
        """Read until these bytes were received."""
        async with asyncio.timeout(20):
            while wanted not in self.received:
                got = await self.read(65_536)
                assert got, (wanted, self.received[-200:])

    async def read(self, size):
        try:
            got = await asyncio.get_running_loop().sock_recv(self.sock, size)
        except ConnectionError:
            got = b""
        self.received += got
        return got

    async def to_the_end(self):
        """Read until the connection is closed; the code of the close frame, if there was one."""
        async with asyncio.timeout(20):
            while await self.read(65_536):
                pass
        at = self.received.rfind(b"\x88")
        return struct.unpack(">H", self.received[at + 2 : at + 4])[0] if at >= 0 else None

    def close(self):
        self.sock.close()
