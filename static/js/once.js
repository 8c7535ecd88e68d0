/* A page shown once after a form was sent: to load it again asks for the page, and does not send the form again. */

history.replaceState(null, "", location.href);
