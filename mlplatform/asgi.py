"""What uvicorn serves on the one port: HTTP goes to the WSGI application on a pool of threads.

Sync views under Django's own ASGI handler are measurably slower and run out of connections, so only the
server is asynchronous.
"""

import threading
from importlib import import_module

from a2wsgi import WSGIMiddleware

from mlplatform.wsgi import application as wsgi_application

WEB_THREADS = 16

# Scikit-learn takes a second to import: better now than within somebody's first prediction.
threading.Thread(target=import_module, args=("ml.prediction",), daemon=True).start()

application = WSGIMiddleware(wsgi_application, workers=WEB_THREADS)  # type: ignore[arg-type]  # stricter than WSGI
