"""The tests that every transport passes, for authors of transports: a `World` around yours, and a subclass of `TransportSuite`."""

from flask_chatbot.testing.transports.opening import OpeningTests
from flask_chatbot.testing.transports.receiving import ReceivingTests
from flask_chatbot.testing.transports.recorder import Recorder
from flask_chatbot.testing.transports.sending import SendingTests
from flask_chatbot.testing.transports.troubles import TroubleTests
from flask_chatbot.testing.transports.whole_apps import WholeAppTests
from flask_chatbot.testing.transports.worlds import World

__all__ = ["Recorder", "TransportSuite", "World"]


class TransportSuite(OpeningTests, SendingTests, ReceivingTests, TroubleTests, WholeAppTests):
    """All of these tests; a subclass has a fixture `world`, which returns a `World` around a transport that is not open yet.

    What the transport's capabilities lack is tested for its refusal, or not at all.
    """
