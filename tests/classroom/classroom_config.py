"""binder/hub/jupyterhub_config.py, with what a test must have of its own: doors, keys and paths."""

import json
import os

from jupyterhub.spawner import SimpleLocalProcessSpawner

plan = json.loads(os.environ["COURSE_CLASSROOM"])
c = get_config()  # noqa: F821
load_subconfig(plan["config"])  # noqa: F821

c.JupyterHub.bind_url = plan["url"]
c.JupyterHub.hub_bind_url = plan["hub_url"]
c.ConfigurableHTTPProxy.api_url = plan["proxy_api"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = plan["password"]
c.Authenticator.allow_all = True
c.Spawner.environment.update(plan["environment"])
c.JupyterHub.services.append({"name": "teacher", "api_token": plan["teacher_token"]})
c.JupyterHub.load_roles.append(
    {
        "name": "teacher",
        "scopes": ["admin:users", "admin:servers", "access:servers"],
        "services": ["teacher"],
    }
)
if not plan["accounts"]:
    # Without root there is one account for all: no files are kept apart by the system, and the
    # number of processes cannot be counted by student.
    class OneAccount(c.JupyterHub.spawner_class, SimpleLocalProcessSpawner):
        """The class's spawner, with homes in place of accounts."""

    c.JupyterHub.spawner_class = OneAccount
    c.SimpleLocalProcessSpawner.home_dir_template = plan["homes"] + "/{username}"
    c.OneAccount.processes = 0
