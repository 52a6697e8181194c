"""A shop, made by a factory."""

from flask import Flask

from flaskr.bot import bot


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(config or {})

    @app.get("/katalog/<kode>")
    def katalog(kode):
        return f"Barang {kode}"

    bot.init_app(app)
    return app
