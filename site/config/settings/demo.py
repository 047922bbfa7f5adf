"""What `make run` uses: the real thing with a demonstration organisation, on this machine only."""

from config import env
from config.settings.base import *  # noqa: F403  # settings files override the base
from config.settings.base import VAR

DEMO = env.flag("DEMO", True)
DEMO_PASSWORD = env.text("DEMO_PASSWORD", "xuecheng-demo-2026")
SECRET_KEY = env.text("SECRET_KEY", "") or env.kept_secret(VAR / "secret-key")
