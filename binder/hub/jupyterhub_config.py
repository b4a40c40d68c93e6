"""JupyterHub for a class on one Linux machine: README.md beside this file says how to start it.

Every student has an account of the machine and works under it, so that the system itself keeps
their files apart. The proxy runs apart from the hub, so that the hub can be restarted while a class
is at work. tests/classroom runs a class of twelve on this very file.
"""

import os
import resource
import sys

from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Integer

c = get_config()  # noqa: F821  JupyterHub provides it

# Limits of one process: a student's server is one, and so is each open notebook's kernel -------

MEMORY = "2G"  # a kernel of this course needs an eighth of it; beyond it Python raises MemoryError
FILE_SIZE = 2**30  # bytes of one file
PROCESSES = 400  # processes and threads of one student, all told: it ends a fork bomb
HOUR = 3600  # seconds


class ClassroomSpawner(LocalProcessSpawner):
    """Starts a student's server under the student's own account, with limits on each process."""

    processes = Integer(0, config=True, help="Processes and threads of one account; 0: any number.")
    file_size = Integer(0, config=True, help="Bytes of one file; 0: any number.")

    def make_preexec_fn(self, name):
        """What the new process does before it becomes the server. The limits cannot be raised."""
        become_student = super().make_preexec_fn(name)
        limits = {
            resource.RLIMIT_DATA: self.mem_limit,
            resource.RLIMIT_FSIZE: self.file_size,
            resource.RLIMIT_NPROC: self.processes,
            resource.RLIMIT_CORE: 0,
        }

        def prepare():
            for kind, most in limits.items():
                if most or kind == resource.RLIMIT_CORE:
                    resource.setrlimit(kind, (most, most))
            os.nice(5)  # a student's endless loop yields to the hub and the proxy
            os.umask(0o077)  # new files are the student's alone
            become_student()

        return prepare

    def user_env(self, env):
        """A student's environment; the path of a kernel's socket must stay under 108 bytes."""
        env = super().user_env(env)
        return env | {"JUPYTER_RUNTIME_DIR": os.path.join(env["HOME"], ".jupyter_run")}


c.JupyterHub.spawner_class = ClassroomSpawner
c.ClassroomSpawner.mem_limit = MEMORY
c.ClassroomSpawner.file_size = FILE_SIZE
c.ClassroomSpawner.processes = PROCESSES
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class may come at once
c.Spawner.environment = {
    # One thread for each kernel. At the course's sizes a second makes no difference; a student's
    # much larger network would take every core at once.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
c.Spawner.args = [
    # Kernels talk through sockets in the student's home: a TCP port could be listened to by
    # everyone on the machine.
    "--KernelManager.transport=ipc",
    # A kernel that has been idle for two hours goes, and its memory with it. Files stay.
    f"--MappingKernelManager.cull_idle_timeout={2 * HOUR}",
    "--MappingKernelManager.cull_interval=300",
    "--MappingKernelManager.cull_connected=True",
    # A server asks the hub who is knocking, and remembers the answer: with the usual five minutes
    # some students would be turned away whenever the hub restarts. Someone who may no longer come
    # in is kept out of a running server by stopping that server.
    f"--HubOAuth.cache_max_age={2 * HOUR}",
]

# Who may come in: members of the system's group "students" with their password; of "teachers",
# who may also start and stop servers. Other ways: https://jupyterhub.readthedocs.io, Authenticators.

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "teachers"}
c.PAMAuthenticator.admin_groups = {"teachers"}

# The hub may stop and start again without anyone noticing -------------------------------------

c.JupyterHub.cleanup_servers = False
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.ConfigurableHTTPProxy.auth_token = os.environ["CONFIGPROXY_AUTH_TOKEN"]
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # where the proxy listens
c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"

# Servers idle for two hours are stopped, and any after twelve: an endless loop never looks idle.

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            f"--timeout={2 * HOUR}",
            f"--max-age={12 * HOUR}",
            "--cull-every=300",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
