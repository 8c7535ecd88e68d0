"""What uvicorn serves on the one port: HTTP goes to the WSGI application on a pool of threads, sockets to consumers.

Sync views under Django's own ASGI handler are measurably slower and run out of connections, so only the server and
the sockets, which mostly wait, are asynchronous.
"""

import threading
from importlib import import_module
from typing import Any

from a2wsgi import WSGIMiddleware

from mlplatform.wsgi import application as wsgi_application  # first: it makes Django ready
from training.consumers import TrainingConsumer

WEB_THREADS = 16
NO_SUCH_SOCKET = {"type": "websocket.close"}  # before it is accepted: 403

# Scikit-learn and what opens model files take seconds to import: better now than within somebody's first prediction.
threading.Thread(
    target=lambda: [import_module(name) for name in ("ml.prediction", "ml.artifacts")], daemon=True
).start()

http = WSGIMiddleware(wsgi_application, workers=WEB_THREADS)  # type: ignore[arg-type]  # stricter than WSGI
sockets = {"/ws/training": TrainingConsumer.as_asgi()}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve one request, one socket, or the server's own start and end."""
    if scope["type"] != "websocket":
        await http(scope, receive, send)
    elif consumer := sockets.get(scope["path"].rstrip("/")):
        await consumer(scope, receive, send)
    else:
        await receive()
        await send(NO_SUCH_SOCKET)
