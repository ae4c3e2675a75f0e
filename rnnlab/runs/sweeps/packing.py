"""What a sweep trains, as bytes: sent to a worker, or copied for a piece that is done here."""

import pickle
from typing import Any

from rnnlab.base.extras import is_installed
from rnnlab.base.say import say
from rnnlab.base.showable import error_line


def packed(subject: Any) -> bytes:
    """Return an object as bytes from which `pickle.loads` makes it again, in any process.

    With cloudpickle, which comes with loky, that holds too of functions and classes that stand in
    no module. Example: `pickle.loads(packed(subject))`.

    Raises:
        TypeError: if it cannot be packed, saying what to do.
    """
    far = is_installed("scale")
    try:
        if far:
            import cloudpickle

            return bytes(cloudpickle.dumps(subject))
        return pickle.dumps(subject)
    except Exception as error:  # whatever the user's objects raise
        text = (
            "the task or the model cannot be sent to a worker: {error}. Leave out what belongs to "
            "this process, such as open files and generators, or give a function that makes the "
            "task there"
        )
        if not far:
            text += '. Functions and classes outside of modules need pip install "rnnlab[scale]"'
        raise TypeError(say(text, error=error_line(error))) from error
