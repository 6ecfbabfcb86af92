"""Programs in which a rank fails or ends by itself, and what is expected of all; see FAILURES."""

FAILED, KILLED, MISMATCH, TIMEOUT = 1, -1, 70, 75

ENDINGS = {
    "a text that is not UTF-8": (
        """
        if rank == 1:
            raise ValueError("cannot read " + os.fsdecode(b"caf\\xe9"))
        jpi.allreduce(x).block_until_ready()
        """,
        FAILED,
        ["cannot read caf"],
    ),
    "a closed stderr": ("os.close(2), rank or jpi.allreduce(x).block_until_ready()", MISMATCH, []),
    "an exit code above 255": (
        "jpi.allreduce(x).block_until_ready() if rank == 0 else sys.exit(512)",
        FAILED,
        ["rank 1 has ended with exit code 1"],
    ),
    "a call in a child": (
        """
        jpi.allreduce(x).block_until_ready()
        if rank == 1:
            os.fork() or jpi.allreduce(x)
            os.wait()
            sys.exit(3)
        jpi.allreduce(x).block_until_ready()
        """,
        3,
        ["RuntimeError: JPI works on the ranks that mpirun has started; process .* is a fork"],
    ),
    "an exception": (
        """
        if rank == 1:
            raise ValueError("a reason")  # line
        jax.block_until_ready(jpi.allreduce(x))
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exception on every rank": (
        """
        from jpi._watch import failures, watch
        failures.TOGETHER = watch.REPORT = 10  # seconds
        jnp.zeros(4) + jnp.zeros(5)  # line
        """,
        FAILED,
        [
            "(?s)^(?!.*Traceback.*Traceback).*ranks 0-1:\nTraceback",
            r"line {number}, in <module>\n(.*\n){1,2}\w+Error: .*incompatible shapes",
            "ranks 0-1 of 2 have failed; all ranks end",
        ],
    ),
    "another exception on each rank": (
        """
        from jpi._watch import failures, watch
        failures.TOGETHER = watch.REPORT = 10  # seconds
        raise ValueError(f"reason {rank}")
        """,
        FAILED,
        [
            "(?s)rank 0:\nTraceback.*reason 0\n.*rank 1:\nTraceback.*reason 1\n",
            "ranks 0-1 of 2 have failed; all ranks end",
        ],
    ),
    "an exception that another hook shows": (
        """
        sys.excepthook = lambda *args: print("the hook", flush=True)
        if rank == 1:
            raise ValueError("a reason")
        jpi.allreduce(x).block_until_ready()
        """,
        FAILED,
        ["the hook", "rank 1 has ended with exit code 1; all ranks end"],
    ),
    "an exception that Python's own hook shows": (
        """
        sys.excepthook = sys.__excepthook__
        if rank == 1:
            raise ValueError("a reason")
        jpi.allreduce(x).block_until_ready()
        """,
        FAILED,
        ["ValueError: a reason", "rank 1 has ended with exit code 1; all ranks end"],
    ),
    "an exception in a thread": (
        """
        def work():
            raise ValueError("a reason")  # line
        if rank == 1:
            threading.Thread(target=work).start()
        jax.block_until_ready(jpi.allreduce(x)) if rank == 0 else time.sleep(100)
        """,
        FAILED,
        ["line {number}", "ValueError: a reason", "rank 1 of 2 has failed; all ranks end"],
    ),
    "an exit code": (
        """
        if rank == 1:
            sys.exit(3)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit by the site's function": (
        """
        exit(3) if rank == 1 else jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit that was stored": (
        """
        try:
            sys.exit(3)
        except SystemExit as error:
            stored = error
        if rank == 1:
            raise stored
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "an exit without a function": (
        """
        if rank == 1:
            raise SystemExit(3)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        3,
        ["rank 1 has ended with exit code 3; all ranks end"],
    ),
    "a killed rank": (
        """
        jpi.allreduce(x)
        jpi.wait()
        if rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        jax.block_until_ready(jpi.allreduce(x))
        """,
        KILLED,
        [],
    ),
}
