"""A solver of another package that misbehaves on demand; see ``test_hostile_runs.py``."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

from causal_dag import EmptyDAG
from causal_dag.solvers import register_solver

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def descriptors():
    return [number for number in map(int, os.listdir("/dev/fd")) if number > 2]


def write_into(numbers, text):
    for number in numbers:
        try:
            os.write(number, text)
        except OSError:
            continue


def detached(function):
    """Call a function in a process of a session of its own, whose parent is gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            function()
        os._exit(0)
    os.wait()


def say_it_is_here():
    with open(os.environ["HOSTILE_SIGN"], "w"):
        pass


def wait_for_the_other():
    while not os.path.exists(os.environ["HOSTILE_SIGN"]):
        time.sleep(0.01)


def sleep_long():
    say_it_is_here()
    time.sleep(600)


# Deeds that do no harm to their own answer.


def chat():
    print('{"outcome": {}}', flush=True)
    os.write(1, b"nonsense\n" * 10_000)


def write_into_every_descriptor():
    write_into(descriptors(), b'{"outcome": "nonsense"}\nready\nbegun\n\x00\xff')


def forge_an_answer():
    answer = {"status": "done", "message": "forged", "measures": {"shd": 0}}
    write_into(descriptors(), json.dumps(answer).encode())
    write_into(descriptors(), json.dumps({"outcome": answer}).encode() + b"\n")


def write_megabytes():
    for number in (1, 2):
        os.write(number, b"x" * 5_000_000)


def go_elsewhere():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)
    os.umask(0o777)
    os.environ.clear()


def ignore_all_signals():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if number not in (32, 33):  # the C library's own
            signal.signal(number, signal.SIG_IGN)


def close_standard_streams():
    for number in (0, 1, 2):
        os.close(number)
    sys.stdout = sys.stderr = None


def leave_a_copy():
    if os.fork() == 0:
        sleep_long()
    wait_for_the_other()


def go_on_twice():
    os.fork()


def leave_an_orphan():
    detached(sleep_long)
    wait_for_the_other()


def leave_a_thread():
    threading.Thread(target=loop).start()


def send_signals_to_the_worker():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getppid(), number)


def forbid_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


# Deeds that end in an error.


def refuse():
    raise ValueError("these columns\nwill not do")


def complain_with_a_lone_surrogate():
    raise ValueError("caf\udce9")


def complain_in_megabytes():
    raise ValueError("long " * 1_000_000)


def complain_to_the_terminal():
    raise ValueError("\x1b[2J\x1b]0;mine\x07\x00 gone \u202e")


def raise_no_text():
    raise ValueError(object(), b"\xff", None)


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no message for you")


def raise_what_has_no_message():
    raise Mute


class Wordless(Exception):
    def __str__(self):
        return 3


def raise_what_says_a_number():
    raise Wordless


class Exiting(Exception):
    def __str__(self):
        sys.exit("never")


def raise_what_exits_when_asked():
    raise Exiting


def raise_a_group():
    raise ExceptionGroup("many", [ValueError("one"), TypeError("two")])


def exit_politely():
    sys.exit("I have had enough")


def interrupt():
    raise KeyboardInterrupt


def end_a_generator():
    raise GeneratorExit


def recur():
    recur()


def find_the_disk_full():
    raise OSError(28, "No space left on device", "/tmp/thing")


def use_up_descriptors():
    while True:
        os.open(os.devnull, os.O_RDONLY)


# Deeds that need memory.


def say_there_is_no_memory():
    raise MemoryError


def forbid_memory():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
    np.ones(50_000_000)


def eat():
    eaten = []
    while True:
        eaten.append(np.ones(2_000_000))


def eat_in_a_grandchild():
    code = "import numpy as np, time\neaten = [np.ones(40_000_000)]\ntime.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True).wait()


def eat_in_an_orphan():
    detached(eat_and_wait)
    loop()


def eat_and_wait():
    eaten = np.ones(60_000_000)
    time.sleep(600)
    del eaten


def eat_while_nobody_looks():
    guard = os.getppid()
    os.kill(guard, signal.SIGSTOP)
    np.ones(60_000_000)
    os.kill(guard, signal.SIGCONT)


# Deeds that end the process.


def crash():
    ctypes.string_at(0)


def leave():
    os._exit(3)


def leave_as_if_all_were_well():
    os._exit(0)


def complain_and_abort():
    os.write(2, b"what a pity\n")
    os.abort()


def kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def die_of_a_nameless_signal():
    os.kill(os.getpid(), signal.SIGRTMIN + 1)


def close_every_descriptor():
    os.closerange(0, 1000)


def become_another_program():
    os.execvp("true", ["true"])


def break_the_writer():
    json.dumps = None


# Deeds that never end.


def loop():
    while True:
        pass


def loop_and_ignore_signals():
    ignore_all_signals()
    loop()


def loop_without_letting_python_in():
    # One call that lasts for minutes and never gives the interpreter lock away.
    sum(range(10**11))


def close_every_descriptor_and_loop():
    close_every_descriptor()
    loop()


def stop_itself():
    os.kill(os.getpid(), signal.SIGSTOP)


def stop_its_group():
    os.killpg(0, signal.SIGSTOP)


def become_a_sleeper():
    os.execvp(SLEEPER[0], SLEEPER)


def leave_the_group_and_loop():
    if os.fork() == 0:
        os.setsid()
        sleep_long()
    os.wait()


def leave_a_grandchild_and_loop():
    subprocess.Popen(SLEEPER, start_new_session=True)
    loop()


def leave_an_orphan_and_loop():
    leave_an_orphan()
    loop()


def complain_for_ever():
    while True:
        os.write(2, b"x" * 100_000)


def answer_for_ever():
    while True:
        write_into(descriptors(), b"x" * 100_000)


def multiply():
    for _ in range(5):  # 32 processes
        os.fork()
    loop()


def hop_from_process_to_process():
    while True:
        if os.fork():
            os._exit(0)
        os.setsid()


def wait_for_itself():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def wait_for_a_writer():
    path = os.path.join(tempfile.mkdtemp(), "pipe")
    os.mkfifo(path)
    open(path)  # noqa: SIM115


class Endless(Exception):
    def __str__(self):
        loop()


def raise_what_never_says_its_message():
    raise Endless


# Deeds against the worker.


def kill_the_worker():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def leave_an_orphan_and_kill_the_worker():
    leave_an_orphan()
    kill_the_worker()


def stop_the_worker():
    os.kill(os.getppid(), signal.SIGSTOP)


def stop_the_worker_and_loop():
    stop_the_worker()
    loop()


def stop_the_worker_and_itself():
    stop_the_worker()
    stop_itself()


class Hostile(EmptyDAG):
    """A solver that does what its parameter says."""

    def __init__(self, *, deed="chat"):
        super().__init__()
        self.deed = deed

    def solve(self, problem):
        if problem.moments.n_features > 2:
            globals()[self.deed]()
        return super().solve(problem)


register_solver("hostile", Hostile)
